"""Real servers, one of each for the whole run, and databases copied from migrated templates."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hedgerow.transaction.database import connect
from hedgerow_local.servers import NatsServer, PostgresServer
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import Databases


@pytest.fixture(scope="session")
def workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hedgerow-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(workplace: Path) -> Iterator[PostgresServer]:
    server = PostgresServer.start(workplace / "postgres", fsync=False)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def nats_server(workplace: Path) -> Iterator[NatsServer]:
    server = NatsServer.start(workplace / "nats")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def databases(postgres: PostgresServer) -> Databases:
    return Databases(postgres.admin_url)


async def _engine(databases: Databases, service: str) -> AsyncIterator[AsyncEngine]:
    engine = connect(await databases.fresh(service))
    yield engine
    await engine.dispose()
    await asyncio.sleep(0)


@pytest.fixture(scope="session")
async def orders_db(databases: Databases) -> AsyncIterator[AsyncEngine]:
    async for engine in _engine(databases, "orders"):
        yield engine


@pytest.fixture(scope="session")
async def inventory_db(databases: Databases) -> AsyncIterator[AsyncEngine]:
    async for engine in _engine(databases, "inventory"):
        yield engine


@pytest.fixture(scope="session")
async def routing_db(databases: Databases) -> AsyncIterator[AsyncEngine]:
    async for engine in _engine(databases, "routing"):
        yield engine


@pytest.fixture(scope="session")
async def rma_db(databases: Databases) -> AsyncIterator[AsyncEngine]:
    async for engine in _engine(databases, "rma"):
        yield engine

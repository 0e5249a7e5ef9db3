from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from companies import Company, found
from hedgerow_local.servers import NatsServer
from suite import Suite
from worlds import Databases


@pytest.fixture(scope="session")
async def suite(
    workplace: Path, databases: Databases, nats_server: NatsServer
) -> AsyncIterator[Suite]:
    """One suite for all flows; each test founds a company (tenant) of its own in it."""
    suite = Suite(workplace / "suite", databases, nats_server.url)
    try:
        await suite.start()
        yield suite
    finally:
        await suite.stop()


@pytest.fixture
async def company(suite: Suite) -> Company:
    return await found(suite)

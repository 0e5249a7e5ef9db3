"""Looks past row security, for checks that no user could make."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hedgerow.auth import Caller
from hedgerow.contracts.values import TenantId
from hedgerow.transaction.database import async_url, connect, connect_unpooled
from hedgerow.transaction.tenancy import enter
from hedgerow_inventory.store.invariants import Violation, violations
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from suite import Suite


def _superuser(suite: Suite, service: str) -> AsyncEngine:
    return connect_unpooled(
        async_url(suite.databases.admin_url)
        .set(drivername="postgresql", database=async_url(suite.database_urls[service]).database)
        .render_as_string(hide_password=False)
    )


async def change(suite: Suite, service: str, statement: str, **values: Any) -> None:
    """As somebody with all rights over a service's database would, past its triggers."""
    engine = _superuser(suite, service)
    async with engine.connect() as conn:
        await conn.execute(text("alter table evidence disable trigger all"))
        await conn.execute(text(statement), values)
        await conn.execute(text("alter table evidence enable always trigger append_only"))
        await conn.execute(text("alter table evidence enable always trigger no_truncate"))
    await engine.dispose()


async def look(suite: Suite, service: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """As the superuser in a service's database."""
    engine = _superuser(suite, service)
    async with engine.connect() as conn:
        rows = [tuple(row) for row in await conn.execute(text(statement), values)]
    await engine.dispose()
    return rows


async def stock_violations(suite: Suite, tenant: str) -> Sequence[Violation]:
    engine = connect(suite.database_urls["inventory"], pool_size=1)
    async with engine.begin() as conn:
        caller = Caller.service("tests", TenantId(UUID(tenant)))
        await enter(conn, caller.reach(), timeout_s=60)
        found = await violations(conn)
    await engine.dispose()
    return found


def plain_id(global_id: str) -> UUID:
    """The UUID inside an opaque id."""
    return UUID(base64.b64decode(global_id).decode().partition(":")[2])

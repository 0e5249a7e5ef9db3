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
from suite import Suite


async def look(suite: Suite, service: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """As the superuser in a service's database."""
    url = (
        async_url(suite.databases.admin_url)
        .set(drivername="postgresql", database=async_url(suite.database_urls[service]).database)
        .render_as_string(hide_password=False)
    )
    engine = connect_unpooled(url)
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

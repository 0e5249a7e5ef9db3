"""Leaks made on purpose: without a policy of the database, and without the application's check."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hedgerow.transaction.database import async_url, connect_unpooled
from looks import look
from sqlalchemy import text
from suite import Suite
from worlds import SERVICES

# Read by Python before the service starts: every query may then answer with every plant's rows.
_FORGETFUL = """
import sqlalchemy
from hedgerow.transaction import sight
sight.readable = lambda caller, plant, *permissions: sqlalchemy.true()
"""
_POLICY = """select pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
  from pg_policy p where p.polrelid = cast(cast(:table as text) as regclass) and p.polname = 'reach'"""


@asynccontextmanager
async def without_policy(suite: Suite, service: str, table: str) -> AsyncIterator[None]:
    """The policy that keeps the plants' rows of one table apart is gone; tenants are kept apart."""
    url = async_url(suite.databases.admin_url).set(
        drivername="postgresql", database=async_url(suite.database_urls[service]).database
    )
    engine = connect_unpooled(url.render_as_string(hide_password=False))
    runtime = f"hedgerow_{service}"
    async with engine.begin() as conn:
        qual, check = (await conn.execute(text(_POLICY), {"table": table})).one()
        assert "app.plants" in qual, f"{service}.{table} does not keep plants apart"
        await conn.execute(text(f"drop policy reach on {table}"))
        await conn.execute(
            text(
                f"create policy planted on {table} to {runtime} "
                "using (tenant_id = (select app.tenant())) with check (true)"
            )
        )
    try:
        yield
    finally:
        async with engine.begin() as conn:
            await conn.execute(text(f"drop policy planted on {table}"))
            await conn.exec_driver_sql(
                f"create policy reach on {table} to {runtime} using ({qual}) with check ({check})"
            )
        await engine.dispose()


@asynccontextmanager
async def without_check(suite: Suite, service: str, folder: Path) -> AsyncIterator[None]:
    """The service no longer asks whether the caller may read a plant's rows; row security does."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_FORGETFUL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        await _restarted(suite, service)
    try:
        yield
    finally:
        await _restarted(suite, service)


async def _restarted(suite: Suite, service: str) -> None:
    suite.kill(service)
    suite.run(service)
    await suite.ready()


_TABLES = """select c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
 where p.polname = 'reach' and pg_get_expr(p.polqual, p.polrelid) like '%app.plants%'
 order by 1"""


async def tables_of_plants(suite: Suite) -> list[tuple[str, str]]:
    """Service and table, of all whose policy keeps plants apart."""
    return [
        (service, name) for service in SERVICES for (name,) in await look(suite, service, _TABLES)
    ]

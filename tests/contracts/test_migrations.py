"""Migrating an empty database gives exactly the tables that the code declares."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hedgerow.transaction.database import async_url, connect_unpooled
from sqlalchemy import Connection
from worlds import SERVICES, Databases, service_of

FOREIGN = {"alembic_version", "spatial_ref_sys"}


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_and_metadata_agree(databases: Databases, service: str) -> None:
    url = async_url(await databases.fresh(service))
    engine = connect_unpooled(
        async_url(databases.admin_url)
        .set(drivername="postgresql", database=url.database)
        .render_as_string(hide_password=False)
    )

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name not in FOREIGN,
            },
        )
        return list(compare_metadata(context, service_of(service).metadata))

    async with engine.connect() as conn:
        found = await conn.run_sync(differences)
    await engine.dispose()

    assert found == []

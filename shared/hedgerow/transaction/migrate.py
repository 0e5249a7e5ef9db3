"""Bringing a service's database up to the service's newest version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from hedgerow.transaction.database import async_url, connect_unpooled

MIGRATION_LOCK = 0x48454447  # "HEDG": one migration at a time in a database


async def migrate(
    admin_url: str, database_url: str, migrations: Path, extensions: Sequence[str] = ()
) -> None:
    """Create what is missing (roles, database, extensions) and apply the newest migrations.

    admin_url     a role that may create databases, roles and extensions
    database_url  what the service runs with; its user, password and database are made so
    Safe to run twice, and by several processes at once.
    """
    target = async_url(database_url)
    runtime, database = target.username, target.database
    if not runtime or not database:
        raise ValueError("the database URL must name a user and a database")
    server = connect_unpooled(admin_url)
    async with server.connect() as conn:
        await conn.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        await _create_roles(conn, runtime, target.password or "")
        await _create_database(conn, database, f"{runtime}_owner")
    await server.dispose()

    engine = create_async_engine(async_url(admin_url).set(database=database), poolclass=NullPool)
    async with engine.begin() as conn:
        await conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        for extension in extensions:
            await conn.execute(text(f'create extension if not exists "{extension}"'))
        await conn.execute(text(f'set local role "{runtime}_owner"'))
        await conn.run_sync(lambda sync: _upgrade(sync, migrations, runtime))
    await engine.dispose()


def _upgrade(connection: object, migrations: Path, runtime: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    config.attributes["runtime"] = runtime
    command.upgrade(config, "head")


async def _create_roles(conn: AsyncConnection, runtime: str, password: str) -> None:
    for role, options in (
        (f"{runtime}_owner", "nologin"),
        (f"{runtime}_relay", "nologin"),
        (runtime, "login noinherit"),
    ):
        known = await conn.scalar(
            text("select 1 from pg_roles where rolname = :role"), {"role": role}
        )
        if not known:
            await conn.execute(text(f'create role "{role}" {options}'))
    quoted = await conn.scalar(text("select quote_literal(:password)"), {"password": password})
    await conn.execute(text(f'alter role "{runtime}" password {quoted}'.replace(":", "\\:")))
    await conn.execute(text(f'grant "{runtime}_relay" to "{runtime}"'))
    await conn.execute(text(f'grant "{runtime}_owner" to current_user'))


async def _create_database(conn: AsyncConnection, database: str, owner: str) -> None:
    known = await conn.scalar(
        text("select 1 from pg_database where datname = :database"), {"database": database}
    )
    if not known:
        await conn.execute(text(f'create database "{database}" owner "{owner}"'))
        await conn.execute(text(f'revoke all on database "{database}" from public'))
    runtime = owner.removesuffix("_owner")
    await conn.execute(text(f'grant connect on database "{database}" to "{runtime}"'))

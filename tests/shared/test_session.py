"""A transaction of the pipeline: all or nothing, and no broken connection is used twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sample
from hedgerow.transaction.database import connect, connect_unpooled, is_lost
from hedgerow.transaction.session import Sessions
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import Databases, administrator

ADMINISTRATOR = administrator()
REACH = ADMINISTRATOR.reach()


@pytest.fixture
async def sessions(databases: Databases) -> AsyncIterator[Sessions]:
    """On a pool of one connection: one that was spoiled would be met again."""
    engine = connect(await databases.fresh("sample", sample.service), pool_size=1)
    yield Sessions(engine)
    await engine.dispose()


async def add(conn: AsyncConnection, name: str) -> None:
    await conn.execute(
        insert(sample.things).values(
            tenant_id=ADMINISTRATOR.tenant_id, name=name, quantity=1, version=1
        )
    )


async def names(sessions: Sessions) -> list[str]:
    async with sessions.begin(REACH, timeout_s=5) as conn:
        return list(await conn.scalars(select(sample.things.c.name)))


async def terminate(databases: Databases, conn: AsyncConnection) -> None:
    number = await conn.scalar(text("select pg_backend_pid()"))
    admin = connect_unpooled(databases.admin_url)
    async with admin.connect() as other:
        await other.execute(text("select pg_terminate_backend(:n, 5000)"), {"n": number})
    await admin.dispose()


async def test_what_ends_well_is_committed(sessions: Sessions) -> None:
    async with sessions.begin(REACH, timeout_s=5) as conn:
        await add(conn, "a")

    assert await names(sessions) == ["a"]


async def test_what_raises_is_rolled_back(sessions: Sessions) -> None:
    with pytest.raises(ValueError, match="no"):
        async with sessions.begin(REACH, timeout_s=5) as conn:
            await add(conn, "a")
            raise ValueError("no")

    assert await names(sessions) == []


async def test_a_handlers_own_error_is_not_hidden_by_a_lost_connection(
    sessions: Sessions, databases: Databases
) -> None:
    with pytest.raises(ValueError, match="no"):
        async with sessions.begin(REACH, timeout_s=5) as conn:
            await add(conn, "a")
            await terminate(databases, conn)
            raise ValueError("no")

    assert await names(sessions) == []


async def test_a_connection_lost_before_the_commit_is_said_and_not_used_again(
    sessions: Sessions, databases: Databases
) -> None:
    with pytest.raises(Exception) as lost:
        async with sessions.begin(REACH, timeout_s=5) as conn:
            await add(conn, "a")
            await terminate(databases, conn)

    assert is_lost(lost.value)
    assert await names(sessions) == []


async def test_no_statement_outlives_its_time(sessions: Sessions) -> None:
    with pytest.raises(Exception, match="statement timeout"):
        async with sessions.begin(REACH, timeout_s=0.1) as conn:
            await conn.execute(text("select pg_sleep(5)"))

    assert await names(sessions) == []

"""The version of a company's fences: the database raises it, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hedgerow.transaction.database import async_url, connect, connect_unpooled
from hedgerow_routing.store.area_indexes import AreaIndexes
from routing.area_worlds import AreaWorld
from routing.makers import NINGBO, SUZHOU, around
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import Databases


@pytest.fixture(scope="module")
async def engine(databases: Databases) -> AsyncIterator[AsyncEngine]:
    made = connect(await databases.fresh("routing"))
    yield made
    await made.dispose()


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncIterator[AreaWorld]:
    made = AreaWorld(engine, AreaIndexes(engine))
    yield made
    await made.indexes.close()


async def version_of(world: AreaWorld) -> int:
    async with world.transaction() as tx:
        return await tx.conn.scalar(text("select version from fence_sets")) or 0


async def test_each_change_of_a_fence_raises_the_version_of_its_company_only(
    world, engine: AsyncEngine, databases: Databases
):
    other = AreaWorld(engine, world.indexes)
    await other.draw(around(SUZHOU))
    before = [await version_of(world), await version_of(other)]

    await world.draw(around(NINGBO))
    drawn = await version_of(world)
    await world.draw(around(NINGBO))
    replaced = await version_of(world)
    url = async_url(databases.admin_url).set(drivername="postgresql", database=engine.url.database)
    admin = connect_unpooled(url.render_as_string(hide_password=False))
    async with admin.connect() as conn:
        await conn.execute(
            text("delete from fence_periods where tenant_id = :mine"),
            {"mine": world.admin.tenant_id},
        )
    await admin.dispose()

    assert (before, drawn, replaced) == ([0, 1], 1, 3)  # replacing closes one and opens another
    assert [await version_of(world), await version_of(other)] == [4, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "update fence_sets set version = 0",
        "delete from fence_sets",
        "insert into fence_sets values (gen_random_uuid(), 1)",
    ],
)
async def test_the_service_cannot_touch_the_version_itself(world, statement: str):
    await world.draw(around(NINGBO))

    with pytest.raises(DBAPIError, match="permission denied"):
        async with world.transaction() as tx:
            await tx.conn.execute(text(statement))

    assert await version_of(world) == 1

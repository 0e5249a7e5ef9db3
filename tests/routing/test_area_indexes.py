"""The indexes that a process keeps: always of the version in force, never in anybody's way."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import numpy as np
import pytest
from hedgerow.contracts.routing import AssignmentMethod, Circle, LocatePoint
from hedgerow.contracts.values import LonLat
from hedgerow.transaction.database import connect
from hedgerow_routing.app import service
from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.domain.area_index import AreaIndex
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.area_indexes import AreaIndexes, Closed
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.views.points import locate_point
from routing import ragged
from routing.area_worlds import AreaWorld
from routing.makers import (
    NINGBO,
    SUZHOU,
    Statements,
    around,
    exclusion,
    found_location,
    presence,
    service_area,
    submitted,
    wgs84,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON, Databases

BORDER = LonLat(NINGBO.lon + 0.5, NINGBO.lat)


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


async def sent_for(world: AreaWorld, *points: LonLat) -> int:
    """How many statements a look-up takes."""
    async with world.transaction() as tx:
        with Statements(tx) as statements:
            await FenceStore(tx).covering(points)
    return len(statements.sent)


async def test_until_there_is_an_index_postgis_answers_and_afterwards_only_about_borders(world):
    fence = await world.draw(around(NINGBO))
    own = {(fence.fence_id, 1)}

    assert await world.ask(NINGBO, BORDER, SUZHOU) == [own, own, set()]
    await world.indexes.built()
    assert await world.ask(NINGBO, BORDER, SUZHOU) == [own, own, set()]
    assert await sent_for(world, NINGBO, SUZHOU) == 1  # the version
    assert await sent_for(world, NINGBO, BORDER, SUZHOU, BORDER) == 2  # and all borders at once


async def test_a_fence_holds_from_its_publication_on_while_the_index_is_old(world):
    first = await world.draw(around(NINGBO))
    await world.indexed()

    second = await world.draw(around(SUZHOU))

    assert await world.ask(NINGBO, SUZHOU) == [set(), {(second.fence_id, 2)}]
    await world.indexes.built()
    assert await sent_for(world, NINGBO, SUZHOU) == 1
    assert await world.ask(NINGBO, SUZHOU) == [set(), {(second.fence_id, 2)}]
    assert first.fence_id != second.fence_id


async def test_whoever_publishes_sees_their_own_fence_before_it_is_committed(world):
    await world.draw(around(NINGBO))
    await world.indexed()

    async with world.transaction() as tx:
        await tx.conn.execute(text("update fence_periods set recorded_to = :now"), {"now": tx.now})
        [found] = await FenceStore(tx).covering([NINGBO])
        await tx.conn.rollback()

    assert found == []
    await world.indexes.built()
    assert [len(each) for each in await world.ask(NINGBO)] == [1]


async def test_circles_exclusions_and_plans_are_found_at_every_instant(world):
    hour = timedelta(hours=1)
    home = await world.draw(around(NINGBO))
    drawn = [
        service_area(world.plant, None, name="round", circle=Circle(wgs84(NINGBO), 60_000.0)),
        exclusion(world.plant, circle=Circle(wgs84(SUZHOU), 90_000.0)),
        exclusion(world.plant, name="square", geojson=around(NINGBO, 0.2)),
        service_area(world.plant, around(NINGBO, 0.3), valid_from=NOON + hour),
        service_area(world.plant, around(SUZHOU), name="soon", valid_to=NOON + hour),
    ]
    for each in drawn:
        async with world.transaction() as tx:
            await publish_fence(each, tx)
    draw = random.Random(11)
    points = [
        LonLat(near.lon + draw.uniform(-1, 1), near.lat + draw.uniform(-1, 1))
        for near in (NINGBO, SUZHOU)
        for _ in range(400)
    ]
    instants = [NOON, NOON + hour - timedelta(microseconds=1), NOON + hour, NOON + 2 * hour]

    told = [await world.ask(*points, at=at, kept=False) for at in instants]
    for at, answer in zip(instants, told, strict=True):
        assert await world.ask(*points, at=at) == answer
        await world.indexes.built()
        assert await world.ask(*points, at=at) == answer

    home_then = [sum((home.fence_id, 1) in found for found in each) for each in told]
    assert home_then[0] == home_then[1] > home_then[2] == home_then[3] == 0
    assert told[0] == told[1] != told[2] == told[3]
    assert len(set().union(*told[0])) == 5 and len(set().union(*told[2])) == 4


async def test_nobody_is_answered_from_another_companys_index(engine: AsyncEngine):
    indexes = AreaIndexes(engine)
    mine, theirs, nobody = (AreaWorld(engine, indexes) for _ in range(3))
    my_fence, their_fence = await mine.draw(around(NINGBO)), await theirs.draw(around(NINGBO, 0.6))

    for _ in range(2):
        assert await mine.ask(NINGBO) == [{(my_fence.fence_id, 1)}]
        assert await theirs.ask(NINGBO) == [{(their_fence.fence_id, 1)}]
        assert await nobody.ask(NINGBO) == [set()]
        await indexes.built()
    assert [await sent_for(each, NINGBO) for each in (mine, theirs, nobody)] == [1, 1, 1]
    async with mine.transaction() as tx:  # the database decides whose transaction it is
        await tx.conn.execute(text("select set_config('app.tenant', '', true)"))
        assert await FenceStore(tx).covering([NINGBO]) == [[]]
        await tx.conn.execute(
            text("select set_config('app.tenant', :other, true)"),
            {"other": str(theirs.admin.tenant_id)},
        )
        [found] = await FenceStore(tx).covering([NINGBO])
    assert [area.fence_id for area in found] == [their_fence.fence_id]
    await indexes.close()


async def test_an_order_and_a_point_are_assigned_through_the_index(world):
    fence = await world.draw(around(NINGBO))
    await world.indexed()

    async with world.transaction() as tx:
        view = await locate_point(LocatePoint(point=wgs84(NINGBO)), tx)
        await found_location(tx, world.plant, "STORE")
        await on_order_submitted([submitted(NINGBO)], tx)
        [order] = tx.emitted

    assert (view.plant_id, view.method) == (world.plant, AssignmentMethod.SERVICE_AREA)
    assert [area.fence_id for area in view.areas] == [fence.fence_id]
    assert order.plant_id == world.plant


async def test_presence_fences_cover_nobodys_address(world):
    await world.draw(around(NINGBO))
    async with world.transaction() as tx:
        await publish_fence(presence(world.plant, wgs84(SUZHOU)), tx)
    await world.indexed()

    assert [len(each) for each in await world.ask(NINGBO, SUZHOU)] == [1, 0]
    assert await sent_for(world, NINGBO) == 1


async def test_the_least_used_index_makes_room(engine: AsyncEngine):
    indexes = AreaIndexes(engine, most_tenants=2)
    worlds = [AreaWorld(engine, indexes) for _ in range(3)]
    for each in worlds:
        await each.draw(around(NINGBO, 0.3))
    for each in worlds[:2]:
        await each.indexed()
    await worlds[0].ask(NINGBO)

    await worlds[2].indexed()

    assert [await sent_for(each, NINGBO) for each in (worlds[0], worlds[2])] == [1, 1]
    assert await sent_for(worlds[1], NINGBO) == 2
    await indexes.close()


async def test_vertices_are_counted_too_and_a_company_with_too_many_stays_with_postgis(
    engine: AsyncEngine,
):
    indexes = AreaIndexes(engine, most_vertices=12)
    small, other, large = (AreaWorld(engine, indexes) for _ in range(3))
    for each, boxes in ((small, 2), (other, 2), (large, 3)):
        for number in range(boxes):
            await each.draw(around(NINGBO), name=f"box {number}")

    for each in (small, other, large):
        await each.indexed()

    # The small one comes last: being asked, it is built again, and takes the other's place.
    assert [await sent_for(each, NINGBO) for each in (other, large, small)] == [1, 2, 2]
    await indexes.built()
    assert [len(found) for found in await large.ask(NINGBO)] == [3]
    await indexes.close()


async def test_an_index_that_fails_is_reported_once_and_postgis_answers(
    world, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    fence = await world.draw(around(NINGBO))
    monkeypatch.setattr("shapely.from_wkb", lambda _: 1 / 0)

    await world.indexed()
    await world.indexed()

    assert await world.ask(NINGBO) == [{(fence.fence_id, 1)}]
    assert [each.message for each in caplog.records] == ["service areas could not be indexed"]


async def test_at_the_end_a_build_is_abandoned(
    world, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    await world.draw(around(NINGBO))
    reached, go_on = threading.Event(), threading.Event()
    ended: list[BaseException] = []
    whole = AreaIndex.__init__

    def slow(index, areas, at, since, check):
        def waiting_check():
            reached.set()
            go_on.wait(10)
            check()

        try:
            whole(index, areas, at, since, waiting_check)
        except BaseException as wrong:
            ended.append(wrong)
            raise

    monkeypatch.setattr(AreaIndex, "__init__", slow)
    await world.ask(NINGBO)
    await asyncio.to_thread(reached.wait, 10)

    await world.indexes.close()
    go_on.set()
    async with asyncio.timeout(10):
        while not ended:
            await asyncio.sleep(0.01)

    assert [type(each) for each in ended] == [Closed]
    assert await sent_for(world, NINGBO) == 2
    await world.indexes.built()
    assert await sent_for(world, NINGBO) == 2  # nothing new is begun
    assert caplog.records == []


async def test_questions_are_answered_while_an_index_is_built(world):
    chance = np.random.default_rng(5)
    for number, area in enumerate(ragged.areas(chance, side=6, detail=7)[:30]):
        await world.draw(geojson_of(area), name=f"area {number}")

    answered = 0
    await world.ask(NINGBO)
    while world.indexes.building:
        assert len(await world.ask(NINGBO)) == 1
        answered += 1

    assert answered > 1
    assert await sent_for(world, LonLat(100.0, 10.0)) == 1


async def test_a_setting_leaves_every_point_to_postgis(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
):
    assert isinstance(service.keeps(engine), AreaIndexes)
    monkeypatch.setenv("HEDGEROW_ROUTING_AREA_INDEX", "false")

    assert service.keeps(engine) is None

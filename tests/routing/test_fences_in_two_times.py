"""What was valid then, and what we knew then."""

from datetime import UTC, datetime, timedelta

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.contracts.fences import ListFences
from hedgerow.contracts.orders import OrderSubmitted
from hedgerow.contracts.routing import DecisionsByOrders, FenceKind, FencePublished
from hedgerow.contracts.values import LonLat, Page
from hedgerow.errors import Refused
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fence_tables import fence_periods
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.tables import fences
from hedgerow_routing.views.decisions import decisions_by_orders
from hedgerow_routing.views.fences import list_fences
from routing.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    count,
    exclusion,
    found_location,
    found_plant,
    of_itself,
    presence,
    service_area,
    submitted,
    wgs84,
)
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from worlds import administrator, caller, transaction

PAGE = Page(first=100)


def march(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


APRIL = march(31) + timedelta(days=1)


async def said(tx, command, on: datetime):
    """Published on that day."""
    tx.now = on
    return await publish_fence(command, tx)


async def then(tx, as_of: datetime, known_at: datetime):
    """The versions that were valid then, as was known then."""
    page = await list_fences(ListFences(as_of=as_of, known_at=known_at, page=PAGE), tx)
    return [each.version for each in page.fences]


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        tx.now = march(1)
        yield tx


@pytest.fixture
async def plant(tx):
    return await found_plant(tx, "NINGBO", NINGBO)


async def test_a_fence_corrected_after_the_fact(tx, plant):
    """Since the 10th another street belonged to the plant; it was told on the 20th."""
    first = await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    tx.emitted.clear()
    moved = service_area(plant.plant_id, around(SUZHOU), valid_from=march(10))
    second = await said(tx, moved, march(20))

    assert {
        (day, known): await then(tx, march(day), march(known))
        for day in (5, 10, 15, 25)
        for known in (5, 15, 20, 25)
    } == {
        (5, 5): [1], (5, 15): [1], (5, 20): [1], (5, 25): [1],
        (10, 5): [1], (10, 15): [1], (10, 20): [2], (10, 25): [2],
        (15, 5): [1], (15, 15): [1], (15, 20): [2], (15, 25): [2],
        (25, 5): [1], (25, 15): [1], (25, 20): [2], (25, 25): [2],
    }  # fmt: skip
    tick = timedelta(microseconds=1)
    assert await then(tx, march(10) - tick, march(25)) == [1]
    assert await then(tx, march(15), march(20) - tick) == [1]
    assert await then(tx, march(1) - tick, march(25)) == []
    assert await then(tx, march(1), march(1) - tick) == []

    asked = ListFences(as_of=march(5), known_at=march(25), page=PAGE)
    [before] = (await list_fences(asked, tx)).fences
    assert (before.fence_id, before.geojson) == (first.fence_id, first.geojson)
    assert (before.active_from, before.active_to) == (march(1), march(10))
    assert (before.recorded_from, before.recorded_to) == (march(20), None)
    asked = ListFences(as_of=march(25), known_at=march(15), page=PAGE)
    [thought] = (await list_fences(asked, tx)).fences
    assert (thought.fence_id, thought.active_from, thought.active_to) == (
        first.fence_id,
        march(1),
        None,
    )
    assert (thought.recorded_from, thought.recorded_to) == (march(1), march(20))
    assert (second.active_from, second.recorded_from) == (march(10), march(20))
    [emitted] = of_itself(tx)
    assert emitted.event == FencePublished(
        fence_id=second.fence_id,
        plant_id=plant.plant_id,
        kind=FenceKind.SERVICE_AREA,
        version=2,
        active_from=march(10),
        active_to=None,
        recorded_at=march(20),
    )
    assert emitted.version == 2
    changes = tx.recorded[-3].changes
    assert (changes["version"], changes["valid_from"]) == ((1, 2), (march(1), march(10)))


async def test_a_correction_of_some_days_leaves_the_days_before_and_after(tx, plant):
    await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    moved = service_area(plant.plant_id, around(SUZHOU), valid_from=march(5), valid_to=march(8))
    await said(tx, moved, march(20))

    assert [await then(tx, march(day), march(21)) for day in (4, 5, 7, 8, 25)] == [
        [1], [2], [2], [1], [1],
    ]  # fmt: skip
    assert [await then(tx, march(day), march(19)) for day in (4, 5, 7, 8, 25)] == [[1]] * 5
    rows = await tx.conn.execute(
        select(
            *(fence_periods.c[name] for name in ("valid_from", "valid_to", "recorded_to"))
        ).order_by(fence_periods.c.recorded_from, fence_periods.c.valid_from)
    )
    assert rows.all() == [
        (march(1), None, march(20)),
        (march(1), march(5), None),
        (march(5), march(8), None),
        (march(8), None, None),
    ]


async def test_a_plan_holds_from_its_day_on_and_may_be_given_up_before(tx, plant):
    await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    plan = await said(tx, service_area(plant.plant_id, around(SUZHOU), valid_from=APRIL), march(2))
    assert (plan.version, plan.active_from, plan.recorded_from) == (2, APRIL, march(2))

    assert await then(tx, march(31), march(2)) == [1]
    assert await then(tx, APRIL, march(2)) == [2]
    assert await then(tx, APRIL, march(1)) == [1]
    await said(tx, service_area(plant.plant_id, around(HEFEI), valid_from=APRIL), march(10))
    assert await then(tx, APRIL, march(9)) == [2]
    assert await then(tx, APRIL, march(10)) == [3]
    assert await then(tx, march(31), march(10)) == [1]


async def covered_at(tx, at: datetime, point: LonLat):
    tx.now = at
    [areas] = await FenceStore(tx).covering([point])
    return [area.version for area in areas]


async def test_an_order_is_decided_by_what_is_valid_that_moment_as_is_known_then(tx, plant):
    await found_location(tx, plant.plant_id, "NB-1")
    await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    wide = service_area(plant.plant_id, around(NINGBO, 0.9), valid_from=APRIL)
    await said(tx, wide, march(2))

    async def decided(order: OrderSubmitted, at: datetime):
        service = await as_caller(tx, Caller.service("routing", tx.tenant_id))
        service.now = at
        await on_order_submitted([order], service)
        await as_caller(tx, tx.caller)
        asked = DecisionsByOrders(order_ids=(order.order_id,))
        [decision] = await decisions_by_orders(asked, tx)
        return [(area.version, area.chosen) for area in decision.assignment.areas]

    march_order = submitted(NINGBO)
    assert await decided(march_order, march(30)) == [(1, True)]
    assert await decided(submitted(NINGBO), APRIL - timedelta(microseconds=1)) == [(1, True)]
    assert await decided(submitted(NINGBO), APRIL) == [(2, True)]

    await said(tx, service_area(plant.plant_id, around(SUZHOU), valid_from=march(1)), APRIL)
    assert await decided(march_order, APRIL) == [(1, True)]  # it keeps its decision
    assert await decided(submitted(NINGBO), APRIL) == []


async def test_a_fence_of_some_days_ends_by_itself(tx, plant):
    days = exclusion(
        plant.plant_id, geojson=around(NINGBO), valid_from=march(10), valid_to=march(12)
    )
    await said(tx, days, march(2))

    assert [await covered_at(tx, march(day), NINGBO) for day in (9, 10, 11, 12)] == [
        [], [1], [1], [],
    ]  # fmt: skip


async def test_whoever_is_present_is_so_by_the_fences_of_that_moment(tx, plant):
    gate = presence(plant.plant_id, wgs84(NINGBO), valid_from=march(10), valid_to=march(12))
    await said(tx, gate, march(2))
    grant = tx.caller.grant(plant.plant_id, "plant:read")

    found = {}
    for day in (9, 10, 12):
        tx.now = march(day)
        found[day] = await FenceStore(tx).presence_m(grant, NINGBO)

    assert found == {9: None, 10: -500.0, 12: None}


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"valid_from": march(5), "valid_to": march(5)}, "PERIOD_INVALID", "valid_to"),
        ({"valid_from": march(5), "valid_to": march(4)}, "PERIOD_INVALID", "valid_to"),
        ({"valid_to": march(1)}, "PERIOD_INVALID", "valid_to"),
        ({"valid_from": datetime(2026, 3, 5)}, "TIME_INVALID", "valid_from"),  # noqa: DTZ001
        ({"valid_to": datetime(2300, 1, 1, tzinfo=UTC)}, "TIME_INVALID", "valid_to"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_by_field(tx, plant, changed, code, field):
    await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    tx.emitted.clear()
    tx.recorded.clear()

    with pytest.raises(Refused) as refused:
        await said(tx, service_area(plant.plant_id, around(NINGBO), **changed), march(2))

    assert (refused.value.code, refused.value.field) == (code, field)
    assert (await count(tx, fences), await count(tx, fence_periods)) == (1, 1)
    assert await then(tx, march(2), march(2)) == [1]
    assert (tx.emitted, tx.recorded) == ([], [])


async def test_the_database_lets_no_two_versions_hold_at_once(tx, plant):
    fence = await said(tx, service_area(plant.plant_id, around(NINGBO)), march(1))
    row = text(
        """insert into fence_periods (tenant_id, fence_id, plant_id, kind, name, valid_from, valid_to,
             recorded_from, recorded_to, bounds)
           select tenant_id, fence_id, plant_id, kind, :name, :valid_from, :valid_to, recorded_from,
             recorded_to, bounds
           from fence_periods where fence_id = :fence_id and name = 'home' and valid_to is null"""
    )
    free = {"fence_id": fence.fence_id, "name": "other", "valid_from": march(5), "valid_to": None}
    await tx.conn.execute(row, free)
    before = free | {"name": "home", "valid_from": march(1) - timedelta(days=9)}
    await tx.conn.execute(row, before | {"valid_to": march(1)})

    with pytest.raises(IntegrityError, match="fence_periods_one_truth"):
        await tx.conn.execute(row, free | {"name": "home"})


async def test_a_page_of_fences_is_narrowed_by_plant_and_kind_and_sight(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    for command in (
        service_area(plant.plant_id, around(NINGBO)),
        presence(plant.plant_id, wgs84(NINGBO)),
        exclusion(plant.plant_id, geojson=around(NINGBO)),
        service_area(suzhou.plant_id, around(SUZHOU)),
    ):
        await said(tx, command, march(1))

    async def listed(who=tx, **asked):
        page = await list_fences(ListFences(**{"page": PAGE} | asked), who)
        return [(each.plant_id, each.kind.value) for each in page.fences]

    ours = [(plant.plant_id, kind) for kind in ("EXCLUSION", "PRESENCE", "SERVICE_AREA")]
    theirs = [(suzhou.plant_id, "SERVICE_AREA")]
    assert sorted(await listed()) == sorted(ours + theirs)
    assert await listed(plant_id=plant.plant_id) == ours
    assert sorted(await listed(kind=FenceKind.SERVICE_AREA)) == sorted([ours[2], *theirs])
    staff = await as_caller(tx, caller(tx.tenant_id, plants={suzhou.plant_id: Role.SALES}))
    assert await listed(staff) == theirs
    assert await listed(staff, plant_id=plant.plant_id) == []
    await as_caller(tx, tx.caller)

    page = await list_fences(
        ListFences(plant_id=plant.plant_id, page=Page(first=2, total=True)), tx
    )
    assert (len(page.fences), page.has_next, page.total) == (2, True, 3)
    rest = await list_fences(
        ListFences(plant_id=plant.plant_id, page=Page(first=2, after=page.cursors[-1])), tx
    )
    assert [each.kind.value for each in rest.fences] == ["SERVICE_AREA"]

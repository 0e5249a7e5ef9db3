"""What evidence says of what routing has published and decided. Of access and presence: beside
their handlers' tests."""

import hashlib

import msgspec
import pytest
from hedgerow.auth import Caller
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.routing import DecisionResult, SafetyTest, SetRoutingLimits
from hedgerow.contracts.values import Basis, LonLat, OrderId, new_id
from hedgerow.evidence.writer import EvidenceWriter
from hedgerow_routing.handlers.create_location import create_location
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.handlers.on_order_cancelled import on_order_cancelled
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from routing.makers import (
    NINGBO,
    around,
    found_location,
    found_plant,
    new_location,
    new_plant,
    presence,
    rule,
    service_area,
    submitted,
    wgs84,
)
from routing.people import forget
from routing.test_on_stock_answered import read, reserved, short
from worlds import NOON, transaction


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, Caller.service("routing", new_id())) as tx:
        yield tx
        # Every change that a test recorded can be written as it is.
        await EvidenceWriter().write(tx)


@pytest.fixture
async def plant(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    for code in ("A", "B"):
        await found_location(tx, plant.plant_id, code)
    forget(tx)
    return plant


def told(tx):
    """But for the release that each publication belongs to."""
    return [
        (c.aggregate, c.action, c.plant_id, c.changes)
        for c in tx.recorded
        if not c.aggregate.startswith("release")
    ]


def aggregates(tx):
    """Of the evidence, and of the events: each event is about an aggregate with evidence."""
    return [c.aggregate for c in tx.recorded], [e.aggregate for e in tx.emitted]


async def test_a_plant_and_a_location(tx):
    plant = await create_plant(new_plant("NINGBO"), tx)
    location = await create_location(new_location(plant.plant_id, "HZ-1"), tx)

    assert told(tx) == [
        (
            f"plant:{plant.plant_id}",
            "created",
            plant.plant_id,
            {
                "code": (None, "NINGBO"),
                "name": (None, "NINGBO plant"),
                "point": (None, plant.point),
                "wgs84": (None, plant.wgs84),
                "time_zone": (None, "Asia/Shanghai"),
            },
        ),
        (
            f"location:{location.location_id}",
            "created",
            plant.plant_id,
            {
                "code": (None, "HZ-1"),
                "name": (None, "HZ-1 store"),
                "kind": (None, "WAREHOUSE"),
            },
        ),
    ]
    assert aggregates(tx)[0] == aggregates(tx)[1]


async def test_each_version_of_a_fence_with_what_it_replaced(tx, plant):
    await publish_fence(service_area(plant.plant_id, around(NINGBO), priority=3), tx)
    old = await publish_fence(service_area(plant.plant_id, around(NINGBO, 0.2)), tx)
    new = await publish_fence(service_area(plant.plant_id, around(NINGBO, 0.2), priority=9), tx)

    *_, (aggregate, action, plant_id, changes) = told(tx)

    assert (action, plant_id) == ("published", plant.plant_id)
    assert aggregate == f"fence:{plant.plant_id}:SERVICE_AREA:home"
    assert changes["fence_id"] == (old.fence_id, new.fence_id)
    assert changes["version"] == (2, 3)
    assert changes["priority"] == (0, 9)
    assert changes["area_m2"] == (old.area_m2, new.area_m2)
    first, second, third = [each[3]["drawing"] for each in told(tx)]
    assert first[0] is None and first[1] == second[0]
    assert second[1] == third[0] == third[1] != first[1]
    assert aggregates(tx)[0] == aggregates(tx)[1]


async def test_each_version_of_a_circle(tx, plant):
    for radius_m in (500.0, 600.0):
        await publish_fence(presence(plant.plant_id, wgs84(NINGBO), radius_m), tx)

    first, second = [each[3] for each in told(tx)]
    assert (first["radius_m"], second["radius_m"]) == ((None, 500.0), (500.0, 600.0))
    assert second["drawing"] == (first["drawing"][1],) * 2


async def test_each_version_of_a_rule_and_of_the_limits(tx, plant):
    store = await found_location(tx, plant.plant_id, "STORE")
    forget(tx)
    old = await publish_overflow_rule(rule("HD-1", store.location_id, regions=("华东",)), tx)
    new = await publish_overflow_rule(
        rule(
            "HD-1",
            store.location_id,
            safety_test=SafetyTest.AFTER,
            condition="order.custom",
            max_locations=2,
            max_distance_km=300.0,
            sla_hours=48,
        ),
        tx,
    )
    for kilometres in (300.0, 400.0):
        await set_routing_limits(SetRoutingLimits(max_distance_km=kilometres), tx)

    _, changed, _, limited = told(tx)
    assert changed == (
        f"rule:{tx.tenant_id}:HD-1",
        "published",
        None,
        {
            "rule_id": (old.rule_id, new.rule_id),
            "name": ("rule HD-1", "rule HD-1"),
            "version": (1, 2),
            "priority": (0, 0),
            "regions": (["华东"], []),
            "channels": ([], []),
            "chain": ([store.location_id], [store.location_id]),
            "safety_test": ("CURRENT", SafetyTest.AFTER),
            "condition": ("", "order.custom"),
            "max_locations": (None, 2),
            "max_distance_km": (None, 300.0),
            "sla_hours": (None, 48),
        },
    )
    assert limited == (
        f"limits:{tx.tenant_id}",
        "set",
        None,
        {"version": (1, 2), "max_distance_km": (300.0, 400.0)},
    )
    assert aggregates(tx)[0] == aggregates(tx)[1]


async def test_a_decision_and_its_settlements(tx, plant):
    await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
    forget(tx)
    order, nowhere = submitted(NINGBO), submitted(LonLat(10.0, 50.0))
    await on_order_submitted([order, nowhere], tx)
    [decision, unroutable] = await read(tx, order.order_id, nowhere.order_id)

    for aggregate, action, plant_id, changes in told(tx):
        of = decision if plant_id else unroutable
        assert (aggregate, action) == (f"decision:{of.decision_id}", "decided")
        assert plant_id == of.assignment.plant_id
        assert changes["order_id"] == (None, of.order_id)
        assert changes["lines"] == (None, of.lines)
        assert changes["result"] == (None, of.result)
    assert aggregates(tx)[0] == aggregates(tx)[1]
    assert [c.changes["chain"] for c in tx.recorded] == [(None, ["A", "B"]), (None, [])]

    forget(tx)
    answer, again = short(decision), reserved(decision, 2)
    await on_stock_short([answer], tx)
    await on_stock_reserved([again], tx)

    assert told(tx) == [
        (
            f"decision:{decision.decision_id}",
            "settled",
            plant.plant_id,
            {
                "result": (before, after),
                "seen_sha256": (
                    None,
                    hashlib.sha256(msgspec.json.encode(event.seen)).hexdigest(),
                ),
            },
        )
        for before, after, event in (
            (DecisionResult.PENDING, DecisionResult.SHORT, answer),
            (DecisionResult.SHORT, DecisionResult.OVERFLOWED, again),
        )
    ]
    assert [change.because for change in tx.recorded] == [answer, again]


async def test_a_decision_that_ends_with_its_order(tx, plant):
    orders = [submitted(NINGBO), submitted(NINGBO)]
    await on_order_submitted(orders, tx)
    [first, _] = await read(tx, *(each.order_id for each in orders))
    forget(tx)

    def cancelled(order_id: OrderId) -> OrderCancelled:
        return OrderCancelled(
            order_id=order_id,
            number="HY20260329-0001",
            occurred_at=NOON,
            plant_id=plant.plant_id,
            basis=Basis("LETTER", "17"),
        )

    events = [cancelled(first.order_id), cancelled(OrderId(new_id()))]
    await on_order_cancelled(events, tx)

    assert told(tx) == [
        (
            f"decision:{first.decision_id}",
            "cancelled",
            plant.plant_id,
            {"result": (DecisionResult.PENDING, DecisionResult.CANCELLED)},
        )
    ]
    assert tx.recorded[0].because is events[0]


async def test_a_second_submission_leaves_no_evidence(tx, plant):
    order = submitted(NINGBO)
    await on_order_submitted([order], tx)
    forget(tx)

    await on_order_submitted([order], tx)

    assert (tx.recorded, tx.emitted) == ([], [])

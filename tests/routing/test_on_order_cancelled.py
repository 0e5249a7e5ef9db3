"""The reaction on_order_cancelled."""

from datetime import timedelta

import pytest
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import StockShort
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.routing import DecisionResult, DecisionsByOrders
from hedgerow.contracts.values import Basis, LonLat, OrderId, new_id
from hedgerow_routing.handlers.on_order_cancelled import on_order_cancelled
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import NINGBO, Statements, around, found_location, found_plant, submitted
from worlds import NOON, transaction

LATER = NOON + timedelta(seconds=1)
FAR_AWAY = LonLat(-70.0, -30.0)


@pytest.fixture
async def tx(routing_db):
    """As the service reacts: with the reach of the whole tenant."""
    async with transaction(routing_db, Caller.service("routing", new_id())) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        await found_location(tx, plant.plant_id, "A")
        yield tx


async def read(tx, *order_ids):
    return await decisions_by_orders(DecisionsByOrders(order_ids=order_ids), tx)


async def decided(tx, count: int = 1, point: LonLat = NINGBO):
    """Decisions about new orders; what happens next happens a second later."""
    tx.now = NOON
    orders = [submitted(point) for _ in range(count)]
    await on_order_submitted(orders, tx)
    tx.emitted.clear()
    tx.now = LATER
    return await read(tx, *(order.order_id for order in orders))


def cancelled(order_id: OrderId) -> OrderCancelled:
    return OrderCancelled(
        order_id=order_id,
        number="HY20260329-0001",
        occurred_at=LATER,
        plant_id=None,
        basis=Basis("LETTER", "17"),
    )


def short(decision) -> StockShort:
    return StockShort(
        order_id=decision.order_id,
        plant_id=decision.assignment.plant_id,
        decision_id=decision.decision_id,
        missing=decision.lines,
        seen=(),
    )


async def test_a_decision_without_an_answer_ends_with_its_order(tx):
    [decision] = await decided(tx)

    await on_order_cancelled([cancelled(decision.order_id)], tx)

    [settled] = await read(tx, decision.order_id)
    assert (settled.result, settled.settled_at) == (DecisionResult.CANCELLED, LATER)
    assert (settled.chain, settled.assignment) == (decision.chain, decision.assignment)
    assert tx.emitted == []


async def test_a_decision_with_an_answer_keeps_it(tx):
    [unroutable] = await decided(tx, point=FAR_AWAY)
    [answered] = await decided(tx)
    await on_stock_short([short(answered)], tx)
    before = await read(tx, answered.order_id, unroutable.order_id)

    await on_order_cancelled([cancelled(each.order_id) for each in before], tx)

    assert await read(tx, answered.order_id, unroutable.order_id) == before
    assert [each.result for each in before] == [DecisionResult.SHORT, DecisionResult.UNROUTABLE]


async def test_an_answer_that_was_on_its_way_is_kept_in_whichever_order_the_two_come(tx):
    [first, second] = await decided(tx, 2)

    await on_stock_short([short(first)], tx)
    await on_order_cancelled([cancelled(first.order_id), cancelled(second.order_id)], tx)
    await on_stock_short([short(second)], tx)

    assert [each.result for each in await read(tx, first.order_id, second.order_id)] == [
        DecisionResult.SHORT,
        DecisionResult.SHORT,
    ]


async def test_other_orders_and_unknown_ones_are_left_alone(tx):
    [ours, other] = await decided(tx, 2)

    await on_order_cancelled([cancelled(ours.order_id), cancelled(OrderId(new_id()))], tx)

    assert [each.result for each in await read(tx, ours.order_id, other.order_id)] == [
        DecisionResult.CANCELLED,
        DecisionResult.PENDING,
    ]


async def test_the_number_of_statements_does_not_grow_with_the_batch(tx):
    made = await decided(tx, 6)

    with Statements(tx) as one:
        await on_order_cancelled([cancelled(made[0].order_id)], tx)
    with Statements(tx) as many:
        await on_order_cancelled([cancelled(each.order_id) for each in made], tx)

    assert (len(one.sent), len(many.sent)) == (2, 2)

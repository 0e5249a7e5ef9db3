"""The reactions on_stock_reserved and on_stock_short."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import Placement, SeenStock, StockReserved, StockShort
from hedgerow.contracts.routing import DecisionResult, DecisionsByOrders
from hedgerow.contracts.values import DecisionId, Line, OrderId, PlantId, new_id
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.store.decisions import DecisionMissing
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import NINGBO, Statements, around, found_location, found_plant, submitted
from worlds import NOON, transaction

LATER = NOON + timedelta(seconds=1)


@pytest.fixture
async def tx(routing_db):
    """As the service reacts: with the reach of the whole tenant."""
    async with transaction(routing_db, Caller.service("routing", new_id())) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        for code in ("A", "B"):
            await found_location(tx, plant.plant_id, code)
        yield tx


async def read(tx, *order_ids):
    return await decisions_by_orders(DecisionsByOrders(order_ids=order_ids), tx)


async def decided(tx, *skus: str):
    """A decision about an order of these SKUs, ten of each; the stock is asked a second later."""
    order = submitted(NINGBO, lines=tuple((sku, "10") for sku in skus))
    await on_order_submitted([order], tx)
    tx.emitted.clear()
    tx.now = LATER
    [decision] = await read(tx, order.order_id)
    return decision


def looked(decision, line_no: int, rank: int, *, passed: bool) -> SeenStock:
    return SeenStock(
        line_no=line_no,
        sku=decision.lines[line_no - 1].sku,
        location_id=decision.chain[rank - 1].location_id,
        requested=Decimal(10),
        available=Decimal("100.5") if passed else Decimal(9),
        safety_level=Decimal(0),
        passed=passed,
        reason="" if passed else "INSUFFICIENT",
    )


def reserved(decision, *ranks: int) -> StockReserved:
    """Line by line, the rank of the candidate that served it."""
    return StockReserved(
        order_id=decision.order_id,
        plant_id=decision.assignment.plant_id,
        decision_id=decision.decision_id,
        plan=tuple(
            Placement(
                line_no=line.line_no,
                sku=line.sku,
                quantity=line.quantity,
                location_id=decision.chain[rank - 1].location_id,
            )
            for line, rank in zip(decision.lines, ranks, strict=True)
        ),
        seen=tuple(
            looked(decision, line.line_no, tried, passed=tried == rank)
            for line, rank in zip(decision.lines, ranks, strict=True)
            for tried in range(1, rank + 1)
        ),
    )


def short(decision) -> StockShort:
    return StockShort(
        order_id=decision.order_id,
        plant_id=decision.assignment.plant_id,
        decision_id=decision.decision_id,
        missing=(Line(1, decision.lines[0].sku, Decimal(1)),),
        seen=(
            looked(decision, 1, 1, passed=False),
            looked(decision, 1, 2, passed=False),
        ),
    )


async def test_an_order_served_by_the_first_candidate_is_assigned(tx):
    decision = await decided(tx, "BOLT", "SIGN")
    answer = reserved(decision, 1, 1)

    await on_stock_reserved([answer], tx)

    [settled] = await read(tx, decision.order_id)
    assert (settled.result, settled.settled_at) == (DecisionResult.ASSIGNED, LATER)
    assert settled.seen == answer.seen
    assert settled.chain == decision.chain
    assert tx.emitted == []


async def test_one_line_served_by_a_later_candidate_is_an_overflow(tx):
    decision = await decided(tx, "BOLT", "SIGN")
    answer = reserved(decision, 1, 2)

    await on_stock_reserved([answer], tx)

    [settled] = await read(tx, decision.order_id)
    assert (settled.result, settled.settled_at) == (DecisionResult.OVERFLOWED, LATER)
    assert settled.seen == answer.seen
    assert [each.passed for each in settled.seen] == [True, False, True]


async def test_an_order_that_no_candidate_could_serve_is_short(tx):
    decision = await decided(tx, "BOLT")
    answer = short(decision)

    await on_stock_short([answer], tx)

    [settled] = await read(tx, decision.order_id)
    assert (settled.result, settled.settled_at) == (DecisionResult.SHORT, LATER)
    assert settled.seen == answer.seen
    assert tx.emitted == []


async def test_stock_that_came_after_all_settles_the_decision_anew(tx):
    decision = await decided(tx, "BOLT")
    await on_stock_short([short(decision)], tx)

    await on_stock_reserved([reserved(decision, 2)], tx)

    [settled] = await read(tx, decision.order_id)
    assert settled.result is DecisionResult.OVERFLOWED
    assert settled.seen == reserved(decision, 2).seen


async def test_the_same_answer_twice_is_the_same_result(tx):
    decision = await decided(tx, "BOLT")
    await on_stock_reserved([reserved(decision, 1)], tx)
    [once] = await read(tx, decision.order_id)

    await on_stock_reserved([reserved(decision, 1)], tx)

    assert await read(tx, decision.order_id) == (once,)


async def test_a_batch_settles_each_decision_by_itself(tx):
    first, second, third = [await decided(tx, "BOLT", "SIGN") for _ in range(3)]

    await on_stock_reserved([reserved(second, 2, 2), reserved(first, 1, 1)], tx)

    settled = await read(tx, first.order_id, second.order_id, third.order_id)
    assert [each.result for each in settled] == [
        DecisionResult.ASSIGNED,
        DecisionResult.OVERFLOWED,
        DecisionResult.PENDING,
    ]


async def test_the_number_of_statements_does_not_grow_with_the_batch(tx):
    made = [await decided(tx, "BOLT") for _ in range(6)]

    with Statements(tx) as one:
        await on_stock_reserved([reserved(made[0], 1)], tx)
    with Statements(tx) as many:
        await on_stock_reserved([reserved(each, 1) for each in made], tx)
    with Statements(tx) as none_left:
        await on_stock_short([short(each) for each in made], tx)

    assert (len(one.sent), len(many.sent), len(none_left.sent)) == (2, 2, 2)


async def test_an_answer_about_a_decision_that_was_never_made_is_a_fault_and_changes_nothing(tx):
    decision = await decided(tx, "BOLT")
    unknown = {
        "decision_id": DecisionId(new_id()),
        "order_id": OrderId(new_id()),
        "plant_id": PlantId(new_id()),
        "seen": (),
    }

    with pytest.raises(DecisionMissing):
        await on_stock_reserved([reserved(decision, 1), StockReserved(plan=(), **unknown)], tx)
    with pytest.raises(DecisionMissing):
        await on_stock_short([StockShort(missing=(), **unknown)], tx)

    assert await read(tx, decision.order_id) == (decision,)

from decimal import Decimal

import pytest
from hedgerow.contracts.inventory import ReservationState
from hedgerow.contracts.rma import Disposition
from hedgerow_inventory.domain.stock import StockPromised
from inventory.makers import BOLT, HANGZHOU, held


def counters(stock):
    return (stock.on_hand, stock.reserved, stock.allocated, stock.quality_hold, stock.damaged)


def deltas(moved):
    return (moved.on_hand, moved.reserved, moved.allocated, moved.quality_hold, moved.damaged)


def test_what_is_promised_held_or_damaged_is_not_available():
    stock = held(HANGZHOU, BOLT, 100, safety_level=30)
    stock.reserved, stock.allocated = Decimal(10), Decimal(20)
    stock.quality_hold, stock.damaged = Decimal(5), Decimal(3)

    assert stock.available == 62
    assert stock.atp == 32


def test_nothing_can_be_promised_below_the_safety_level():
    assert held(HANGZHOU, BOLT, 20, safety_level=30).atp == 0


def test_every_verb_moves_the_counters_by_what_the_ledger_will_say():
    stock = held(HANGZHOU, BOLT, 0)
    held_state, allocated = ReservationState.HELD, ReservationState.ALLOCATED

    moves = [
        stock.receive(Decimal(100), "DN-1"),
        stock.reserve(Decimal(30), "order:1"),
        stock.allocate(Decimal(20), "order:1"),
        stock.release(Decimal(4), held_state, "order:1"),
        stock.release(Decimal(5), allocated, "order:1"),
        stock.issue(Decimal(15), allocated, "order:1"),
        stock.adjust(Decimal(-2), "盘亏"),
        stock.take_back(Decimal(3), Disposition.RESTOCKED, "rma:1"),
        stock.take_back(Decimal(2), Disposition.PROCESSING_REQUIRED, "rma:1"),
        stock.take_back(Decimal(1), Disposition.NOT_RESTOCKED, "rma:1"),
    ]

    assert [deltas(moved) for moved in moves] == [
        (100, 0, 0, 0, 0),
        (0, 30, 0, 0, 0),
        (0, -20, 20, 0, 0),
        (0, -4, 0, 0, 0),
        (0, 0, -5, 0, 0),
        (-15, 0, -15, 0, 0),
        (-2, 0, 0, 0, 0),
        (3, 0, 0, 0, 0),
        (2, 0, 0, 2, 0),
        (1, 0, 0, 0, 1),
    ]
    assert counters(stock) == (89, 6, 0, 2, 1)
    assert counters(stock) == tuple(map(sum, zip(*map(deltas, moves), strict=True)))


def test_what_is_promised_cannot_be_adjusted_away():
    stock = held(HANGZHOU, BOLT, 100, reserved=60)

    with pytest.raises(StockPromised, match="At most 40 ") as refusal:
        stock.adjust(Decimal("-40.5"), "盘亏")

    assert refusal.value.field == "delta"
    assert "40" in refusal.value.zh
    assert counters(stock) == (100, 60, 0, 0, 0)


def test_all_that_is_free_can_be_adjusted_away():
    stock = held(HANGZHOU, BOLT, 100, reserved=60)

    stock.adjust(Decimal(-40), "盘亏")

    assert (stock.on_hand, stock.available) == (60, 0)


def test_a_new_safety_level_moves_no_counter_and_tells_the_old_one():
    stock = held(HANGZHOU, BOLT, 100, safety_level=80)

    moved = stock.set_safety_level(Decimal(90))

    assert stock.safety_level == 90
    assert deltas(moved) == (0, 0, 0, 0, 0)
    assert moved.reason == "80 -> 90"


def test_a_new_clear_percent_is_told_beside_the_level():
    stock = held(HANGZHOU, BOLT, 100, safety_level=80)

    moved = stock.set_safety_level(Decimal(80), Decimal("12.5"))

    assert (stock.clear_percent, stock.clear_level) == (Decimal("12.5"), 90)
    assert deltas(moved) == (0, 0, 0, 0, 0)
    assert moved.reason == "80 -> 80, +0 % -> +12.5 %"
    assert stock.set_safety_level(Decimal(60)).reason == "80 -> 60"
    assert (stock.clear_percent, stock.clear_level) == (Decimal("12.5"), Decimal("67.5"))

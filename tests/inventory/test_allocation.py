"""The test vectors of the allocation: safety level 80 at 杭州仓, plenty at 合肥云仓."""

from decimal import Decimal

import pytest
from hedgerow.contracts.inventory import Placement, SeenStock
from hedgerow.contracts.routing import SafetyTest
from hedgerow_inventory.domain.allocation import allocate
from inventory.makers import BOLT, HANGZHOU, HEFEI, NINGBO, NUT, held, lines, routed, shelf

CURRENT, AFTER = SafetyTest.CURRENT, SafetyTest.AFTER


@pytest.mark.parametrize(
    ("available", "quantity", "test", "served_by", "reason_at_hangzhou"),
    [
        ("100", "10", CURRENT, HANGZHOU, ""),
        ("100", "10", AFTER, HANGZHOU, ""),
        ("85", "10", CURRENT, HANGZHOU, ""),
        ("85", "10", AFTER, HEFEI, "BELOW_SAFETY"),
        ("79", "1", CURRENT, HEFEI, "BELOW_SAFETY"),
        ("79", "1", AFTER, HEFEI, "BELOW_SAFETY"),
        ("90", "10", CURRENT, HANGZHOU, ""),
        ("90", "10", AFTER, HANGZHOU, ""),
        ("90", "95", CURRENT, HEFEI, "INSUFFICIENT"),
        ("90", "95", AFTER, HEFEI, "INSUFFICIENT"),
        ("80", "80", CURRENT, HANGZHOU, ""),
        ("90.000000", "10.000001", AFTER, HEFEI, "BELOW_SAFETY"),
    ],
)
def test_the_vectors(available, quantity, test, served_by, reason_at_hangzhou):
    stock = shelf(held(HANGZHOU, BOLT, available, 80), held(HEFEI, BOLT, 1000, 80))

    [outcome] = allocate([routed((BOLT, quantity), test=test)], stock)

    assert [each.location_id for each in outcome.placements] == [served_by]
    assert outcome.missing == ()
    assert outcome.seen[0] == SeenStock(
        line_no=1,
        sku=BOLT,
        location_id=HANGZHOU,
        requested=Decimal(quantity),
        available=Decimal(available),
        safety_level=Decimal(80),
        passed=reason_at_hangzhou == "",
        reason=reason_at_hangzhou,
        plant_id=NINGBO,
        tripped=False,
        clear_level=Decimal(80),
    )
    assert len(outcome.seen) == (1 if served_by == HANGZHOU else 2)


@pytest.mark.parametrize(
    ("available", "quantity", "test", "reason"),
    [
        ("79", "1", CURRENT, "BELOW_SAFETY"),
        ("79", "1", AFTER, "BELOW_SAFETY"),
        ("80", "1", CURRENT, "OVERFLOWING"),
        ("80", "1", AFTER, "BELOW_SAFETY"),
        ("91", "5", CURRENT, "OVERFLOWING"),
        ("91", "5", AFTER, "OVERFLOWING"),
        ("91", "92", CURRENT, "INSUFFICIENT"),
        ("91", "92", AFTER, "INSUFFICIENT"),
    ],
)
def test_a_location_that_has_tripped_is_passed_over_though_the_line_alone_would_pass(
    available, quantity, test, reason
):
    stock = shelf(
        held(HANGZHOU, BOLT, available, 80, clear_percent=15, tripped=True),
        held(HEFEI, BOLT, 1000),
    )

    [outcome] = allocate([routed((BOLT, quantity), test=test)], stock)

    assert [each.location_id for each in outcome.placements] == [HEFEI]
    assert [(each.reason, each.tripped, each.clear_level) for each in outcome.seen] == [
        (reason, True, 92),
        ("", False, 0),
    ]


def test_the_order_that_takes_it_below_its_level_is_the_last_of_its_batch():
    stock = shelf(held(HANGZHOU, BOLT, 100, 80, clear_percent=15), held(HEFEI, BOLT, 1000))

    outcomes = allocate([routed((BOLT, 7)) for _ in range(5)], stock)

    assert [each.placements[0].location_id for each in outcomes] == [HANGZHOU] * 3 + [HEFEI] * 2
    assert [each.seen[0].available for each in outcomes] == [100, 93, 86, 79, 79]
    assert [each.seen[0].tripped for each in outcomes] == [False, False, False, True, True]
    [turn] = stock[held(HANGZHOU, BOLT, 0).key].turns
    third = outcomes[2].movements[0].reference
    assert (turn.state, turn.available, turn.because) == ("TRIPPED", 79, third)


def test_when_both_are_short_the_order_is_short_and_says_what_it_saw():
    stock = shelf(held(HANGZHOU, BOLT, 90, 80), held(HEFEI, BOLT, 50))

    [outcome] = allocate([routed((BOLT, 95))], stock)

    assert outcome.placements == outcome.movements == ()
    assert outcome.missing == lines((BOLT, 95))
    assert [(seen.location_id, seen.available, seen.reason) for seen in outcome.seen] == [
        (HANGZHOU, 90, "INSUFFICIENT"),
        (HEFEI, 50, "INSUFFICIENT"),
    ]


def test_a_location_that_never_stocked_the_sku_is_passed_over():
    stock = shelf(held(HEFEI, BOLT, 50))

    [outcome] = allocate([routed((BOLT, 10))], stock)

    assert [each.location_id for each in outcome.placements] == [HEFEI]
    assert (outcome.seen[0].reason, outcome.seen[0].available) == ("NOT_STOCKED", 0)


def test_an_order_with_one_missing_line_takes_nothing():
    stock = shelf(held(HANGZHOU, BOLT, 10), held(HANGZHOU, NUT, 1))

    [outcome] = allocate([routed((BOLT, 10), (NUT, 5))], stock)

    assert outcome.missing == (lines((BOLT, 10), (NUT, 5))[1],)
    assert [item.reserved for item in stock.values()] == [0, 0]


def test_every_missing_line_is_named():
    [outcome] = allocate([routed((BOLT, 10), (NUT, 5))], {})

    assert outcome.missing == lines((BOLT, 10), (NUT, 5))
    assert len(outcome.seen) == 4


def test_lines_of_one_sku_see_what_the_others_took():
    stock = shelf(held(HANGZHOU, BOLT, 15), held(HEFEI, BOLT, 15))

    [outcome] = allocate([routed((BOLT, 10), (BOLT, 10), (BOLT, 5))], stock)

    assert [each.location_id for each in outcome.placements] == [HANGZHOU, HEFEI, HANGZHOU]
    assert [seen.available for seen in outcome.seen] == [15, 5, 15, 5]


def test_a_line_is_never_split():
    stock = shelf(held(HANGZHOU, BOLT, 6), held(HEFEI, BOLT, 6))

    [outcome] = allocate([routed((BOLT, 10))], stock)

    assert outcome.missing == lines((BOLT, 10))


def test_the_first_order_is_served_first_and_the_next_sees_the_rest():
    stock = shelf(held(HANGZHOU, BOLT, 10))
    first, second, third = (routed((BOLT, n), chain=[HANGZHOU]) for n in (6, 5, 4))

    outcomes = allocate([first, second, third], stock)

    assert [bool(outcome.missing) for outcome in outcomes] == [False, True, False]
    assert outcomes[1].seen[0].available == 4
    assert stock[held(HANGZHOU, BOLT, 0).key].reserved == 10


def test_the_chain_is_tried_by_rank():
    stock = shelf(held(HANGZHOU, BOLT, 10), held(HEFEI, BOLT, 10))
    order = routed((BOLT, 1))
    backwards = type(order)(
        **{name: getattr(order, name) for name in order.__struct_fields__ if name != "chain"},
        chain=order.chain[::-1],
    )

    [outcome] = allocate([backwards], stock)

    assert outcome.placements == (
        Placement(line_no=1, sku=BOLT, quantity=Decimal(1), location_id=HANGZHOU),
    )


def test_movements_say_what_was_taken_for_whom():
    stock = shelf(held(HANGZHOU, BOLT, 10))
    order = routed((BOLT, 4))

    [outcome] = allocate([order], stock)

    [moved] = outcome.movements
    assert (moved.kind, moved.reserved, moved.on_hand) == ("RESERVATION", 4, 0)
    assert moved.reference == f"order:{order.order_id}"

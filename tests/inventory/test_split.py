"""Split limits: the vectors of two locations, and a model that tries every set of locations."""

from decimal import Decimal
from itertools import combinations

import pytest
from hedgerow.contracts.inventory import StockKey
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import LocationId, new_id
from hedgerow_inventory.domain.allocation import (
    BELOW_SAFETY,
    INSUFFICIENT,
    NOT_STOCKED,
    PASSED,
    SPLIT_LIMIT,
    allocate,
    judge,
)
from hypothesis import given
from hypothesis import strategies as st
from inventory.makers import BOLT, HANGZHOU, HEFEI, NUT, held, lines, routed, shelf
from msgspec.structs import replace

SKUS = ("A", "B", "C", "D")
PLACES = tuple(LocationId(new_id()) for _ in range(5))
THIRD = PLACES[0]


def limited(most, *wanted, chain=(HANGZHOU, HEFEI), test=SafetyTest.CURRENT):
    return replace(routed(*wanted, chain=chain, test=test), max_locations=most)


def places(outcome) -> list[LocationId]:
    return [each.location_id for each in outcome.placements]


def reasons(outcome) -> list[tuple[int, LocationId, str]]:
    return [(each.line_no, each.location_id, each.reason) for each in outcome.seen]


@pytest.mark.parametrize(
    ("available", "quantity", "test", "place"),
    [
        (100, 10, SafetyTest.CURRENT, HANGZHOU),
        (100, 10, SafetyTest.AFTER, HANGZHOU),
        (85, 10, SafetyTest.CURRENT, HANGZHOU),
        (85, 10, SafetyTest.AFTER, HEFEI),
        (79, 1, SafetyTest.CURRENT, HEFEI),
        (79, 1, SafetyTest.AFTER, HEFEI),
        (90, 10, SafetyTest.AFTER, HANGZHOU),
        (90, 95, SafetyTest.AFTER, HEFEI),
    ],
)
@pytest.mark.parametrize("most", [None, 1, 2])
def test_a_limit_changes_nothing_for_one_line(most, available, quantity, test, place):
    stock = shelf(held(HANGZHOU, BOLT, available, 80), held(HEFEI, BOLT, 10_000))

    [outcome] = allocate([limited(most, (BOLT, quantity), test=test)], stock)

    assert places(outcome) == [place]
    assert [each.passed for each in outcome.seen] == [each.reason == "" for each in outcome.seen]


def test_without_a_limit_each_line_goes_to_its_own_first_location():
    stock = shelf(held(HANGZHOU, BOLT, 5), held(HEFEI, BOLT, 5), held(HEFEI, NUT, 5))

    [outcome] = allocate([limited(None, (BOLT, 1), (NUT, 1))], stock)

    assert places(outcome) == [HANGZHOU, HEFEI]


def test_with_a_limit_one_location_that_has_everything_comes_before_two():
    stock = shelf(held(HANGZHOU, BOLT, 5), held(HEFEI, BOLT, 5), held(HEFEI, NUT, 5))

    outcomes = [allocate([limited(most, (BOLT, 1), (NUT, 1))], dict(stock))[0] for most in (1, 2)]

    for outcome in outcomes:
        assert places(outcome) == [HEFEI, HEFEI]
        assert reasons(outcome) == [
            (1, HANGZHOU, SPLIT_LIMIT),
            (1, HEFEI, PASSED),
            (2, HANGZHOU, NOT_STOCKED),
            (2, HEFEI, PASSED),
        ]


def test_of_equally_few_locations_the_chain_decides():
    everywhere = (HANGZHOU, HEFEI, THIRD)
    stock = shelf(
        *(held(place, BOLT, 5) for place in everywhere),
        held(HEFEI, NUT, 5),
        held(THIRD, NUT, 5),
    )

    chosen = [
        places(allocate([limited(2, (BOLT, 1), (NUT, 1), chain=chain)], dict(stock))[0])
        for chain in (everywhere, everywhere[::-1])
    ]

    assert chosen == [[HEFEI, HEFEI], [THIRD, THIRD]]


def test_when_the_limit_is_the_reason_the_shortage_says_so_and_nothing_is_taken():
    stock = shelf(held(HANGZHOU, BOLT, 5), held(HEFEI, NUT, 5))

    [outcome] = allocate([limited(1, (BOLT, 1), (NUT, 1))], stock)

    assert outcome.missing == lines((BOLT, 1), (NUT, 1))[1:]
    assert (outcome.placements, outcome.movements) == ((), ())
    assert reasons(outcome) == [
        (1, HANGZHOU, PASSED),
        (2, HANGZHOU, NOT_STOCKED),
        (2, HEFEI, SPLIT_LIMIT),
    ]
    assert {item.reserved for item in stock.values()} == {0}


def test_what_is_short_everywhere_is_not_blamed_on_the_limit():
    stock = shelf(held(HANGZHOU, BOLT, 5), held(HEFEI, BOLT, 85, 80), held(HANGZHOU, NUT, 5))

    [outcome] = allocate([limited(1, (BOLT, 10), (NUT, 1), test=SafetyTest.AFTER)], stock)

    assert outcome.missing == lines((BOLT, 10))
    assert reasons(outcome) == [
        (1, HANGZHOU, INSUFFICIENT),
        (1, HEFEI, BELOW_SAFETY),
        (2, HANGZHOU, PASSED),
    ]


def test_lines_that_want_the_same_stock_twice_go_to_the_next_set_that_has_it():
    stock = shelf(held(HANGZHOU, BOLT, 6), held(HEFEI, BOLT, 6))

    one, two = (allocate([limited(most, (BOLT, 4), (BOLT, 4))], dict(stock))[0] for most in (1, 2))

    assert (one.missing, reasons(one)[-1]) == (
        lines((BOLT, 4), (BOLT, 4))[1:],
        (2, HEFEI, SPLIT_LIMIT),
    )
    assert places(two) == [HANGZHOU, HEFEI]


stocks = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(SKUS)),
    st.tuples(st.integers(0, 20), st.integers(0, 8)),
)
wanted_lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(1, 9)),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line[0],
)


def placed(levels):
    return shelf(*(held(place, sku, *amounts) for (place, sku), amounts in levels.items()))


def model(order, levels) -> list[LocationId] | None:
    """The first of the smallest sets that serve every line, by trying all of them."""
    ranked = [each.location_id for each in order.chain]

    def serves(place, line) -> bool:
        on_hand, safety = levels.get((place, line.sku), (None, 0))
        return on_hand is not None and PASSED == judge(
            Decimal(on_hand), line.quantity, Decimal(safety), order.safety_test, tripped=False
        )

    for size in range(1, order.max_locations + 1):
        for some in combinations(ranked, size):
            found = [next((p for p in some if serves(p, line)), None) for line in order.lines]
            if None not in found:
                return found
    return None


@given(
    wanted_lines, stocks, st.permutations(PLACES), st.integers(1, 5), st.sampled_from(SafetyTest)
)
def test_it_takes_the_fewest_locations_as_the_model_does(wanted, levels, chain, most, test):
    order = limited(most, *wanted, chain=chain, test=test)

    [outcome] = allocate([order], placed(levels))

    assert (places(outcome) or None) == model(order, levels)
    assert len(set(places(outcome))) <= most


@given(wanted_lines, stocks, st.integers(1, 5), st.randoms())
def test_the_order_in_which_stock_and_candidates_come_changes_nothing(wanted, levels, most, random):
    order = limited(most, *wanted, chain=PLACES)
    [first] = allocate([order], placed(levels))
    candidates, items = list(order.chain), list(levels.items())
    random.shuffle(candidates)
    random.shuffle(items)

    [again] = allocate([replace(order, chain=tuple(candidates))], placed(dict(items)))

    assert again == first


@given(wanted_lines, stocks, st.integers(1, 5))
def test_more_locations_allowed_never_serve_less(wanted, levels, most):
    tight, loose = (
        allocate([limited(limit, *wanted, chain=PLACES)], placed(levels))[0]
        for limit in (most, None)
    )

    assert not (loose.missing and not tight.missing)
    assert {StockKey(each.sku, each.location_id) for each in tight.placements} <= {
        StockKey(sku, place) for place, sku in levels
    }

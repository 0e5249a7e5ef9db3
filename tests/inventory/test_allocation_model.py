"""Allocation against a model that knows nothing but the rules, on random stock and orders."""

from decimal import Decimal

from hedgerow.contracts.inventory import StockKey
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import LocationId, new_id
from hedgerow_inventory.domain.allocation import allocate
from hypothesis import given
from hypothesis import strategies as st
from inventory.makers import held, routed, shelf

SKUS = ("A", "B", "C")
PLACES = tuple(LocationId(new_id()) for _ in range(3))

quantities = st.decimals(min_value=1, max_value=12, places=1)
keys = st.tuples(st.sampled_from(PLACES), st.sampled_from(SKUS))
levels = st.tuples(st.integers(0, 30), st.integers(0, 10), st.booleans())
stocks = st.dictionaries(keys, levels)
orders = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(SKUS), quantities), min_size=1, max_size=4),
        st.permutations(PLACES).flatmap(
            lambda places: st.integers(1, 3).map(lambda count: places[:count])
        ),
        st.sampled_from(SafetyTest),
    ),
    max_size=6,
).map(lambda drawn: [routed(*lines, chain=chain, test=test) for lines, chain, test in drawn])


def placed(levels):
    return shelf(
        *(
            held(place, sku, on_hand, safety, clear_percent=500, tripped=tripped)
            for (place, sku), (on_hand, safety, tripped) in levels.items()
        )
    )


def model(wanted, levels):
    """Location by line for each order that is served whole; None for the others."""
    free = {key: Decimal(on_hand) for key, (on_hand, _, _) in levels.items()}
    answers = []
    for order in wanted:
        trial, chosen = dict(free), []
        for line in order.lines:
            fitting = [
                each.location_id
                for each in order.chain
                if (key := (each.location_id, line.sku)) in trial
                and trial[key] >= line.quantity
                and not levels[key][2]
                and levels[key][1]
                <= (
                    trial[key]
                    if order.safety_test is SafetyTest.CURRENT
                    else trial[key] - line.quantity
                )
            ]
            if not fitting:
                break
            trial[fitting[0], line.sku] -= line.quantity
            chosen.append(fitting[0])
        else:
            free = trial
            answers.append(chosen)
            continue
        answers.append(None)
    return answers


@given(orders, stocks)
def test_it_decides_as_the_model_does(wanted, levels):
    outcomes = allocate(wanted, placed(levels))

    decided = [
        None if outcome.missing else [each.location_id for each in outcome.placements]
        for outcome in outcomes
    ]
    assert decided == model(wanted, levels)


@given(orders, stocks)
def test_nothing_is_oversold_and_nothing_gets_lost(wanted, levels):
    stock = placed(levels)

    outcomes = allocate(wanted, stock)

    taken = {key: Decimal(0) for key in stock}
    for outcome in outcomes:
        for each in outcome.placements:
            taken[StockKey(each.sku, each.location_id)] += each.quantity
    assert {key: item.reserved for key, item in stock.items()} == taken
    assert all(0 <= item.reserved <= item.on_hand for item in stock.values())
    moved = sum(m.reserved for outcome in outcomes for m in outcome.movements)
    assert moved == sum(taken.values())


@given(orders, stocks, st.integers(0, 6))
def test_later_orders_never_change_what_earlier_ones_got(wanted, levels, first):
    alone = allocate(wanted[:first], placed(levels))

    together = allocate(wanted, placed(levels))

    assert together[:first] == alone


@given(orders, stocks)
def test_what_it_saw_explains_what_it_did(wanted, levels):
    for order, outcome in zip(wanted, allocate(wanted, placed(levels)), strict=True):
        missing = {line.line_no for line in outcome.missing}
        for line in order.lines:
            tried = [seen for seen in outcome.seen if seen.line_no == line.line_no]
            ranked = [each.location_id for each in order.chain]
            assert [seen.location_id for seen in tried] == ranked[: len(tried)]
            assert [seen.passed for seen in tried[:-1]] == [False] * (len(tried) - 1)
            assert tried[-1].passed == (line.line_no not in missing)
            assert len(tried) == len(ranked) or tried[-1].passed

"""Which location serves which line: first come, first served, along each order's chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from hedgerow.contracts.inventory import Placement, SeenStock, StockKey
from hedgerow.contracts.routing import Candidate, OrderRouted, SafetyTest
from hedgerow.contracts.values import Line, LocationId

from .split import Fits, Opened, fewest
from .stock import ZERO, Movement, Stock, order_reference

PASSED = ""
NOT_STOCKED = "NOT_STOCKED"
INSUFFICIENT = "INSUFFICIENT"
BELOW_SAFETY = "BELOW_SAFETY"
OVERFLOWING = "OVERFLOWING"
SPLIT_LIMIT = "SPLIT_LIMIT"
# Sets of locations that could serve each line alone. One that does not serve them together wants
# the same stock twice; after so many of those, locations are taken as they come, up to the limit.
MOST_TRIED = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order. `movements` has one entry per placement; both are empty when a
    line is missing. `seen` is line by line, the chain as far as it was tried."""

    placements: tuple[Placement, ...]
    movements: tuple[Movement, ...]
    missing: tuple[Line, ...]
    seen: tuple[SeenStock, ...]


def keys_wanted(orders: Iterable[OrderRouted]) -> set[StockKey]:
    """Every stock item that `allocate` may look at."""
    return {
        StockKey(line.sku, candidate.location_id)
        for order in orders
        for candidate in order.chain
        for line in order.lines
    }


def allocate(orders: Sequence[OrderRouted], stock: Mapping[StockKey, Stock]) -> list[Outcome]:
    """Decide the orders in their order; each sees what those before it have taken.

    stock  locked, and changed here; an item that is not in it is not stocked
    A line is served whole, by one location. An order is reserved whole or not at all, but every
    line is tried, so that everything that is missing is known. One that may be split over so many
    locations only is given the fewest that serve it, of equally few those that come first in its
    chain.
    """
    return [_allocate(order, stock) for order in orders]


def _allocate(order: OrderRouted, stock: Mapping[StockKey, Stock]) -> Outcome:
    chain = sorted(order.chain, key=lambda candidate: candidate.rank)
    if order.max_locations is None:
        return _serve(order, chain, stock, Opened({each.location_id for each in chain}))
    sets = fewest(order.lines, chain, order.max_locations, _fits(order, stock))
    for few in islice(sets, MOST_TRIED):
        outcome = _serve(order, chain, stock, Opened(few))
        if not outcome.missing:
            return outcome
    return _serve(order, chain, stock, Opened(set(), more=order.max_locations))


def _fits(order: OrderRouted, stock: Mapping[StockKey, Stock]) -> Fits:
    """Whether a location could serve a line if it were the only one."""

    def fits(line: Line, location_id: LocationId) -> bool:
        item = stock.get(StockKey(line.sku, location_id))
        return item is not None and PASSED == judge(
            item.available,
            line.quantity,
            item.safety_level,
            order.safety_test,
            tripped=item.trip is not None,
        )

    return fits


def _serve(
    order: OrderRouted,
    chain: Sequence[Candidate],
    stock: Mapping[StockKey, Stock],
    opened: Opened,
) -> Outcome:
    """Reserves only what it can serve whole."""
    taken: dict[StockKey, Decimal] = {}
    seen: list[SeenStock] = []
    missing: list[Line] = []
    placements: list[Placement] = []
    for line in order.lines:
        location = _place(line, chain, order.safety_test, stock, taken, seen, opened)
        if location is None:
            missing.append(line)
            continue
        key = StockKey(line.sku, location)
        taken[key] = taken.get(key, ZERO) + line.quantity
        placements.append(
            Placement(
                line_no=line.line_no, sku=line.sku, quantity=line.quantity, location_id=location
            )
        )
    if missing:
        return Outcome((), (), tuple(missing), tuple(seen))
    reference = order_reference(order.order_id)
    movements = tuple(
        stock[StockKey(each.sku, each.location_id)].reserve(each.quantity, reference)
        for each in placements
    )
    return Outcome(tuple(placements), movements, (), tuple(seen))


def _place(
    line: Line,
    chain: Sequence[Candidate],
    test: SafetyTest,
    stock: Mapping[StockKey, Stock],
    taken: Mapping[StockKey, Decimal],
    seen: list[SeenStock],
    opened: Opened,
) -> LocationId | None:
    """The first location that passes; every one that was tried is added to `seen`."""
    for candidate in chain:
        key = StockKey(line.sku, candidate.location_id)
        item = stock.get(key)
        available = item.available - taken.get(key, ZERO) if item else ZERO
        safety_level = item.safety_level if item else ZERO
        tripped = item is not None and item.trip is not None
        reason = (
            judge(available, line.quantity, safety_level, test, tripped) if item else NOT_STOCKED
        )
        if reason == PASSED and not opened.admits(candidate.location_id):
            reason = SPLIT_LIMIT
        seen.append(
            SeenStock(
                line_no=line.line_no,
                sku=line.sku,
                location_id=candidate.location_id,
                requested=line.quantity,
                available=available,
                safety_level=safety_level,
                passed=reason == PASSED,
                reason=reason,
                plant_id=candidate.plant_id,
                tripped=tripped,
                clear_level=item.clear_level if item else None,
            )
        )
        if reason == PASSED:
            return candidate.location_id
    return None


def judge(
    available: Decimal, requested: Decimal, safety_level: Decimal, test: SafetyTest, tripped: bool
) -> str:
    """Why a location cannot serve a line, or PASSED. A level that is just reached is not below.
    OVERFLOWING: the line alone would pass, but the location has tripped and not cleared yet."""
    if available < requested:
        return INSUFFICIENT
    left = available - requested if test is SafetyTest.AFTER else available
    if left < safety_level:
        return BELOW_SAFETY
    return OVERFLOWING if tripped else PASSED

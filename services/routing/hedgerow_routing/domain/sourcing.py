"""What an order's stock would have come to along another chain, by what inventory saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from hedgerow.contracts.inventory import SeenStock, SetSafetyLevel
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import Line, LocationId

Levels = Mapping[tuple[LocationId, str], SetSafetyLevel]
Serves = Callable[[Line, LocationId], bool | None]  # None: nobody looked there


class Sourced(StrEnum):
    """FIRST: every line at the first location of the chain. OVERFLOWED: one location, another than
    the first. SPLIT: several. SHORT: a line is nowhere, or not within the split limit. UNKNOWN:
    nobody looked there."""

    FIRST = "FIRST"
    OVERFLOWED = "OVERFLOWED"
    SPLIT = "SPLIT"
    SHORT = "SHORT"
    UNKNOWN = "UNKNOWN"


def sourced(
    lines: Sequence[Line],
    chain: Sequence[LocationId],
    test: SafetyTest,
    seen: Sequence[SeenStock],
    levels: Levels,
    max_locations: int | None,
) -> Sourced:
    """As inventory decides: a line is served whole, by the first location that passes; under a
    split limit by the fewest locations, of equally few by those that come first.

    seen    with what the lines before have taken off already
    levels  safety levels that are others than what was seen
    """
    known = {(each.line_no, each.location_id): each for each in seen}

    def serves(line: Line, location_id: LocationId) -> bool | None:
        stock = known.get((line.line_no, location_id))
        if stock is None:
            return None
        return passes(stock, line, test, levels.get((location_id, line.sku)))

    if max_locations is not None:
        return _within(lines, chain, serves, max_locations)
    places: set[LocationId] = set()
    short = False
    for line in lines:
        for location_id in chain:
            served = serves(line, location_id)
            if served is None:
                return Sourced.UNKNOWN
            if served:
                places.add(location_id)
                break
        else:
            short = True
    return Sourced.SHORT if short else _by(places, chain)


def _within(
    lines: Sequence[Line],
    chain: Sequence[LocationId],
    serves: Serves,
    most: int,
) -> Sourced:
    """One location for everything is known by itself; what several could do together only when all
    of them were looked at."""
    if all(serves(line, chain[0]) for line in lines):
        return Sourced.FIRST
    served = {each: [serves(line, each) for line in lines] for each in chain}
    if any(None in each for each in served.values()):
        return Sourced.UNKNOWN
    useful = [each for each in chain if any(served[each])]
    for size in range(1, most + 1):
        for chosen in combinations(useful, size):
            if all(map(any, zip(*(served[each] for each in chosen), strict=True))):
                return _by(set(chosen), chain)
    return Sourced.SHORT


def _by(places: set[LocationId], chain: Sequence[LocationId]) -> Sourced:
    if len(places) > 1:
        return Sourced.SPLIT
    return Sourced.FIRST if places == {chain[0]} else Sourced.OVERFLOWED


def passes(stock: SeenStock, line: Line, test: SafetyTest, change: SetSafetyLevel | None) -> bool:
    """A location where the article is not stocked has nothing, and no safety level.

    change  of its safety level, since it was seen
    """
    left = stock.available - line.quantity
    if left < 0 or stock.reason == "NOT_STOCKED":
        return False
    level = stock.safety_level if change is None else change.level
    if (left if test is SafetyTest.AFTER else stock.available) < level:
        return False
    return not stock.tripped or (
        change is not None and stock.available >= _clear_level(stock, change)
    )


def _clear_level(stock: SeenStock, change: SetSafetyLevel) -> Decimal:
    """Where a location that has tripped serves again: by the percentage of the change, or by the
    one that held when it was seen, which only a level above 0 tells."""
    if change.clear_percent is not None:
        return change.level * (100 + change.clear_percent) / 100
    if stock.clear_level is None or not stock.safety_level:
        return change.level
    return change.level * stock.clear_level / stock.safety_level

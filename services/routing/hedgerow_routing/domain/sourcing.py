"""What an order's stock would have come to along another chain, by what inventory saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.routing import Candidate, SafetyTest
from hedgerow.contracts.values import Line, LocationId

Levels = Mapping[tuple[LocationId, str], Decimal]


class Sourced(StrEnum):
    """FIRST: every line at the first location of the chain. OVERFLOWED: one location, another than
    the first. SPLIT: several. SHORT: a line is nowhere. UNKNOWN: nobody looked there."""

    FIRST = "FIRST"
    OVERFLOWED = "OVERFLOWED"
    SPLIT = "SPLIT"
    SHORT = "SHORT"
    UNKNOWN = "UNKNOWN"


def sourced(
    lines: Sequence[Line],
    chain: Sequence[Candidate],
    test: SafetyTest,
    seen: Sequence[SeenStock],
    levels: Levels,
) -> Sourced:
    """As inventory decides: a line is served whole, by the first location that passes.

    seen    with what the lines before have taken off already
    levels  safety levels that are others than what was seen
    """
    known = {(each.line_no, each.location_id): each for each in seen}
    places: set[LocationId] = set()
    short = False
    for line in lines:
        for candidate in chain:
            stock = known.get((line.line_no, candidate.location_id))
            if stock is None:
                return Sourced.UNKNOWN
            level = levels.get((candidate.location_id, line.sku), stock.safety_level)
            if passes(stock, line, test, level):
                places.add(candidate.location_id)
                break
        else:
            short = True
    if short:
        return Sourced.SHORT
    if len(places) > 1:
        return Sourced.SPLIT
    return Sourced.FIRST if places == {chain[0].location_id} else Sourced.OVERFLOWED


def passes(stock: SeenStock, line: Line, test: SafetyTest, level: Decimal) -> bool:
    """A location where the article is not stocked has nothing, and no safety level."""
    left = stock.available - line.quantity
    if left < 0 or stock.reason == "NOT_STOCKED":
        return False
    return (left if test is SafetyTest.AFTER else stock.available) >= level

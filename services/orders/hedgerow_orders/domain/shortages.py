"""What inventory could not find, as an order keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from hedgerow.contracts.inventory import KitGap, SeenStock
from hedgerow.contracts.orders import Shortage
from hedgerow.contracts.values import Line, PlantId
from msgspec.structs import replace


def of_stock(missing: Iterable[Line], seen: Iterable[SeenStock]) -> tuple[Shortage, ...]:
    """Every location that was tried for a missing line, in the order of trying."""
    lines = {line.line_no for line in missing}
    return tuple(
        Shortage(
            line_no=each.line_no,
            sku=each.sku,
            location_id=each.location_id,
            needed=each.requested,
            available=each.available,
            safety_level=each.safety_level,
            reason=each.reason,
            plant_id=each.plant_id,
        )
        for each in seen
        if each.line_no in lines and not each.passed
    )


def of_kit(gaps: Iterable[KitGap]) -> tuple[Shortage, ...]:
    """A kit check leaves no safety level untouched, so there it is 0."""
    return tuple(
        Shortage(
            line_no=each.line_no,
            sku=each.sku,
            location_id=each.location_id,
            needed=each.needed,
            available=each.available,
            safety_level=Decimal(0),
            reason=each.reason,
            plant_id=each.plant_id,
        )
        for each in gaps
    )


def as_seen_by(
    shortages: Iterable[Shortage], may_see: Callable[[PlantId | None], bool]
) -> tuple[Shortage, ...]:
    """Without the stock figures at locations of plants that may not be seen."""
    return tuple(
        each if may_see(each.plant_id) else replace(each, available=None, safety_level=None)
        for each in shortages
    )


def as_seen_at(plant_id: PlantId, shortages: Iterable[Shortage]) -> tuple[Shortage, ...]:
    """What the data space of one plant may hold of them."""
    return as_seen_by(shortages, lambda each: each == plant_id)

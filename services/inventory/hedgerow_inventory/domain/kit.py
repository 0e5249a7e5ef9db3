"""The guard of 齐套锁定: may an order's reservation become an allocation?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from hedgerow.contracts.fields import tidy
from hedgerow.contracts.inventory import ItemClass, KitGap, StockKey

from .reservation import Reservation, ReservationSet
from .sku import Sku
from .stock import ZERO, Movement, Stock

FACTORS: Mapping[ItemClass, Decimal] = MappingProxyType(
    {ItemClass.REGULAR: Decimal("1.05"), ItemClass.CUSTOM: Decimal("1.3")}
)
LATE_AFTER = timedelta(days=7)
INSUFFICIENT = "INSUFFICIENT"
SUPPLY_OVERDUE = "SUPPLY_OVERDUE"


@dataclass(frozen=True, slots=True)
class Kit:
    """The answer: movements when the kit was locked, gaps when it was not."""

    movements: tuple[Movement, ...]
    gaps: tuple[KitGap, ...]


def decide_kit(
    order: ReservationSet,
    stock: Mapping[StockKey, Stock],
    skus: Mapping[str, Sku],
    earliest_due: Mapping[str, datetime],
    now: datetime,
) -> Kit:
    """Lock the kit of a HELD set, unless something is missing. Arguments as of `kit_gaps`."""
    gaps = kit_gaps(order, stock, skus, earliest_due, now)
    if gaps:
        order.refuse_kit()
        return Kit((), gaps)
    return Kit(tuple(order.lock(stock)), ())


def kit_gaps(
    order: ReservationSet,
    stock: Mapping[StockKey, Stock],
    skus: Mapping[str, Sku],
    earliest_due: Mapping[str, datetime],
    now: datetime,
) -> tuple[KitGap, ...]:
    """What keeps the kit of a HELD set from being locked; empty when nothing does.

    Every line needs its quantity times the factor of its class, exactly, of what is available at
    its location together with what the order itself has reserved there; lines of one SKU share
    it. And no purchase of the SKU may be open more than 7 days past its due time.

    earliest_due  by SKU: the due time of the open purchase that is due first
    """
    left: dict[StockKey, Decimal] = {}
    for each in order.reservations:
        left.setdefault(each.key, stock[each.key].available)
        left[each.key] += each.quantity
    gaps: list[KitGap] = []
    for each in order.reservations:
        needed = kit_quantity(each.quantity, skus[each.sku].item_class)
        enough = left[each.key] >= needed
        if not enough:
            gaps.append(_gap(each, needed, left[each.key], INSUFFICIENT))
        if overdue(earliest_due.get(each.sku), now):
            gaps.append(_gap(each, needed, left[each.key], SUPPLY_OVERDUE))
        left[each.key] -= needed if enough else ZERO
    return tuple(gaps)


def _gap(line: Reservation, needed: Decimal, available: Decimal, reason: str) -> KitGap:
    return KitGap(
        line_no=line.line_no,
        sku=line.sku,
        location_id=line.location_id,
        needed=needed,
        available=available,
        reason=reason,
        plant_id=line.location_plant_id,
    )


def kit_quantity(quantity: Decimal, item_class: ItemClass) -> Decimal:
    """Exact: 100 regular pieces need 105."""
    return tidy(quantity * FACTORS[item_class])


def overdue(due_at: datetime | None, now: datetime) -> bool:
    """An open purchase is overdue when it is more than 7 days late; exactly 7 are not."""
    return due_at is not None and due_at < now - LATE_AFTER

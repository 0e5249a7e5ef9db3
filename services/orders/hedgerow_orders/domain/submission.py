"""What a customer asked for, beside the lines: checked once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.fields import (
    BadTime,
    code,
    counted,
    each_once,
    instant,
    one_line,
    text,
)
from hedgerow.contracts.orders import (
    Customer,
    OrderAttribute,
    OrderPriority,
    OrderType,
    ShipTo,
    SubmitOrder,
)
from hedgerow.contracts.values import LonLat

CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_ATTRIBUTES = 50


@dataclass(frozen=True, slots=True)
class Submission:
    """ship_to keeps the point as it was given; wgs84 is the same point converted."""

    type: OrderType
    channel: str
    customer: Customer
    ship_to: ShipTo
    wgs84: LonLat
    placed_at: datetime
    promised_at: datetime | None
    by: str
    priority: OrderPriority = OrderPriority.NORMAL
    customer_grade: str = ""
    attributes: tuple[OrderAttribute, ...] = ()

    @classmethod
    def of(cls, command: SubmitOrder, *, by: str, at: datetime) -> Submission:
        """Raises the Invalid for the first fault found, naming its field."""
        placed_at = _placed_at(command.placed_at, at)
        return cls(
            type=command.type,
            channel=code(command.channel, "channel"),
            customer=_customer(command.customer),
            ship_to=_ship_to(command.ship_to),
            wgs84=to_wgs84(command.ship_to.point, field="ship_to.point"),
            placed_at=placed_at,
            promised_at=_promised_at(command.promised_at, placed_at),
            by=by,
            priority=command.priority,
            customer_grade=one_line(command.customer_grade, "customer_grade", most=40, blank=True),
            attributes=_attributes(command.attributes),
        )


def _attributes(given: Sequence[OrderAttribute]) -> tuple[OrderAttribute, ...]:
    """By name, so that what is compared or hashed does not depend on the order they came in."""
    counted(given, "attributes", least=0, most=MOST_ATTRIBUTES)
    kept = [
        OrderAttribute(
            code(each.name, f"attributes.{position}.name"),
            one_line(each.value, f"attributes.{position}.value", most=200, blank=True),
        )
        for position, each in enumerate(given)
    ]
    each_once((each.name for each in kept), "attributes", of="name")
    return tuple(sorted(kept, key=lambda each: each.name))


def _customer(given: Customer) -> Customer:
    return Customer(
        code=one_line(given.code, "customer.code", most=64),
        name=one_line(given.name, "customer.name", most=200),
    )


def _ship_to(given: ShipTo) -> ShipTo:
    return ShipTo(
        region=one_line(given.region, "ship_to.region", most=100),
        city=one_line(given.city, "ship_to.city", most=100, blank=True),
        address=text(given.address, "ship_to.address", most=500, blank=True),
        point=given.point,
    )


def _placed_at(given: datetime | None, at: datetime) -> datetime:
    if given is None:
        return at
    placed_at = instant(given, "placed_at")
    if placed_at > at + CLOCK_TOLERANCE:
        raise BadTime(
            "An order cannot have been placed in the future.",
            "下单时间不能晚于当前时间",
            field="placed_at",
        )
    return placed_at


def _promised_at(given: datetime | None, placed_at: datetime) -> datetime | None:
    if given is None:
        return None
    promised_at = instant(given, "promised_at")
    if promised_at <= placed_at:
        raise BadTime(
            "An order is promised for a time after it was placed.",
            "承诺时间须晚于下单时间",
            field="promised_at",
        )
    return promised_at

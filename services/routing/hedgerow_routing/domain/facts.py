"""What the conditions of rules may ask about an order."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from hedgerow.contracts.orders import OrderAttribute, OrderPriority, OrderSubmitted, OrderType

from .condition import Facts
from .network import Plant
from .snapshot import Snapshot


class KeptFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision keeps of its order beside the rest, so that it can be made once more."""

    type: OrderType
    customer_code: str
    customer_grade: str
    priority: OrderPriority
    attributes: tuple[OrderAttribute, ...]
    custom: bool
    placed_at: datetime


def kept_facts(order: OrderSubmitted) -> KeptFacts:
    return KeptFacts(**{name: getattr(order, name) for name in KeptFacts.__struct_fields__})


def facts_of(order: OrderSubmitted | Snapshot, plant: Plant) -> Facts:
    """By variable. The time is that of the order, not of the decision: an order that is decided
    again by the same rules comes out the same."""
    placed = order.placed_at.astimezone(ZoneInfo(plant.time_zone))
    return {
        "customer.code": order.customer_code,
        "customer.grade": order.customer_grade,
        "order.attributes": {each.name: each.value for each in order.attributes},
        "order.channel": order.channel,
        "order.custom": order.custom,
        "order.priority": order.priority.value,
        "order.region": order.region,
        "order.skus": [line.sku for line in order.lines],
        "order.type": order.type.value,
        "plant.code": plant.code,
        "plant.hour": placed.hour,
        "plant.weekday": placed.isoweekday(),
    }

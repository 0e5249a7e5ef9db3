"""What the conditions of rules may ask about an order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hedgerow.contracts.orders import OrderSubmitted

from .condition import Facts
from .network import Plant


def facts_of(order: OrderSubmitted, plant: Plant) -> Facts:
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

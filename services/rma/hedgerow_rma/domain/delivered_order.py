"""What this service remembers of an order: that it was delivered, when, and what was in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hedgerow.contracts.orders import Customer, DeliveredLine
from hedgerow.contracts.values import OrderId, PlantId


@dataclass(frozen=True, slots=True)
class DeliveredOrder:
    """A projection of `OrderDelivered`; it never changes."""

    order_id: OrderId
    number: str
    plant_id: PlantId
    customer: Customer
    lines: tuple[DeliveredLine, ...]
    delivered_at: datetime

    def line(self, line_no: int) -> DeliveredLine | None:
        return next((line for line in self.lines if line.line_no == line_no), None)

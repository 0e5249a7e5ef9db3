"""An order of the past, as far as routing looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.orders import OrderAttribute, OrderPriority, OrderType
from hedgerow.contracts.values import Line, LonLat, OrderId


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order as its decision saw it, with what conditions of rules may ask about it.

    open  neither delivered nor cancelled by now
    told  whether its decision kept what conditions ask; the rest is a guess otherwise
    """

    order_id: OrderId
    number: str
    point: LonLat
    region: str
    channel: str
    lines: tuple[Line, ...]
    seen: tuple[SeenStock, ...]
    open: bool
    type: OrderType
    customer_code: str
    customer_grade: str
    priority: OrderPriority
    attributes: tuple[OrderAttribute, ...]
    custom: bool
    placed_at: datetime
    told: bool = True

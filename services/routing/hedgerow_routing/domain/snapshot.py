"""An order of the past, as far as routing looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.values import Line, LonLat, OrderId


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order as its decision saw it. open  neither delivered nor cancelled by now"""

    order_id: OrderId
    number: str
    point: LonLat
    region: str
    channel: str
    lines: tuple[Line, ...]
    seen: tuple[SeenStock, ...]
    open: bool

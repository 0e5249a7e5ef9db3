"""The lines of an order, as they are submitted and as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hedgerow.contracts.fields import counted, one_line, positive, price
from hedgerow.contracts.orders import OrderLine, OrderLineView
from hedgerow.errors import Invalid

MOST_LINES = 200


class UnknownSku(Invalid):
    code = "UNKNOWN_SKU"

    def __init__(self, *, field: str) -> None:
        super().__init__("This SKU is not registered.", "该 SKU 未登记", field=field)


@dataclass(frozen=True, slots=True)
class KnownSku:
    """custom  made for one customer"""

    sku: str
    name: str
    unit: str
    custom: bool


def checked(lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    """Raises BadCount, BadText, BadQuantity or BadPrice for the first fault found."""
    counted(lines, "lines", most=MOST_LINES)
    return tuple(_checked(line, f"lines.{position}") for position, line in enumerate(lines))


def named(lines: Sequence[OrderLine], known: Mapping[str, KnownSku]) -> tuple[OrderLineView, ...]:
    """Numbered from 1, with what is known of their SKUs by now. Raises UnknownSku."""
    return tuple(_named(line, position, known) for position, line in enumerate(lines))


def _checked(line: OrderLine, field: str) -> OrderLine:
    unit_price = line.unit_price
    return OrderLine(
        sku=one_line(line.sku, f"{field}.sku", most=64),
        quantity=positive(line.quantity, f"{field}.quantity"),
        unit_price=unit_price if unit_price is None else price(unit_price, f"{field}.unit_price"),
    )


def _named(line: OrderLine, position: int, known: Mapping[str, KnownSku]) -> OrderLineView:
    sku = known.get(line.sku)
    if sku is None:
        raise UnknownSku(field=f"lines.{position}.sku")
    return OrderLineView(
        line_no=position + 1,
        sku=sku.sku,
        name=sku.name,
        unit=sku.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        custom=sku.custom,
    )

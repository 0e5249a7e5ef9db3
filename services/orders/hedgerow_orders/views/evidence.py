"""Which chains of evidence concern an order, a customer or an article."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hedgerow.evidence.listing import EvidenceSources
from sqlalchemy import Select, Text, cast, literal, select

from hedgerow_orders.store.tables import order_lines, orders


def of_order(order_id: UUID) -> Select[Any]:
    return select(literal(f"order:{order_id}", Text).label("stream"))


def of_customer(code: str) -> Select[Any]:
    """Orders that the customer has placed."""
    return select(("order:" + cast(orders.c.id, Text)).label("stream")).where(
        orders.c.customer_code == code
    )


def of_sku(code: str) -> Select[Any]:
    """Orders with a line of it."""
    return (
        select(("order:" + cast(order_lines.c.order_id, Text)).label("stream"))
        .where(order_lines.c.sku == code)
        .distinct()
    )


SOURCES = EvidenceSources(of_order=of_order, of_customer=of_customer, of_sku=of_sku)

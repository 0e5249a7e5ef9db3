"""Which chains of evidence concern an order, a customer or an article."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hedgerow.evidence.listing import EvidenceSources
from sqlalchemy import Column, Select, Text, and_, cast, select

from hedgerow_rma.store.tables import delivered_orders, rma_lines, rmas


def of_order(order_id: UUID) -> Select[Any]:
    """Returns of it."""
    return _streams(rmas.c.rma_id).where(rmas.c.order_id == order_id)


def of_customer(code: str) -> Select[Any]:
    """Returns of what the customer was delivered."""
    same = and_(
        delivered_orders.c.tenant_id == rmas.c.tenant_id,
        delivered_orders.c.order_id == rmas.c.order_id,
    )
    return (
        _streams(rmas.c.rma_id)
        .join(delivered_orders, same)
        .where(delivered_orders.c.customer["code"].astext == code)
    )


def of_sku(code: str) -> Select[Any]:
    """Returns with a line of it."""
    return _streams(rma_lines.c.rma_id).where(rma_lines.c.sku == code).distinct()


def _streams(rma_id: Column[Any]) -> Select[Any]:
    return select(("rma:" + cast(rma_id, Text)).label("stream"))


SOURCES = EvidenceSources(of_order=of_order, of_customer=of_customer, of_sku=of_sku)

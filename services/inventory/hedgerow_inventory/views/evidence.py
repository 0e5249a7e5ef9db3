"""Which chains of evidence concern an order or an article. Customers are not known here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hedgerow.evidence.listing import EvidenceSources
from sqlalchemy import Column, Select, Text, cast, literal, select, union_all

from hedgerow_inventory.store.tables import returns, skus, stock, supplies


def of_order(order_id: UUID) -> Select[Any]:
    """What it holds, and the returns of it that were booked. Not the stock it was served from: a
    chain of stock tells of all orders, and each of its entries names those that it is about."""
    return _all_of(
        select(_stream(literal(f"reservation:{order_id}", Text))),
        select(_stream("return:" + _text(returns.c.rma_id))).where(returns.c.order_id == order_id),
    )


def of_sku(code: str) -> Select[Any]:
    """The article itself, its stock everywhere, and purchases of it."""
    return _all_of(
        select(_stream("sku:" + _text(skus.c.tenant_id) + ":" + skus.c.sku)).where(
            skus.c.sku == code
        ),
        select(_stream("stock:" + _text(stock.c.location_id) + ":" + stock.c.sku)).where(
            stock.c.sku == code
        ),
        select(_stream("supply:" + _text(supplies.c.supply_id))).where(supplies.c.sku == code),
    )


def _text(id: Column[Any]) -> Any:
    return cast(id, Text)


def _stream(name: Any) -> Any:
    return name.label("stream")


def _all_of(*selects: Select[Any]) -> Select[Any]:
    return select(union_all(*selects).subquery().c.stream)


SOURCES = EvidenceSources(of_order=of_order, of_customer=None, of_sku=of_sku)

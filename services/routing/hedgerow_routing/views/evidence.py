"""Which chains of evidence concern an order or an article. Customers are not known here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hedgerow.evidence.listing import EvidenceSources
from sqlalchemy import Select, Text, cast, select

from hedgerow_routing.store.decision_tables import decisions

_STREAMS = select(("decision:" + cast(decisions.c.decision_id, Text)).label("stream"))


def of_order(order_id: UUID) -> Select[Any]:
    """The decision on it."""
    return _STREAMS.where(decisions.c.order_id == order_id)


def of_sku(code: str) -> Select[Any]:
    """Decisions on orders with a line of it."""
    return _STREAMS.where(decisions.c.lines.contains([{"sku": code}]))


SOURCES = EvidenceSources(of_order=of_order, of_customer=None, of_sku=of_sku)

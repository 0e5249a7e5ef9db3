"""Drafts with what the database knows of them: the SKUs of their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hedgerow.contracts.values import OrderId
from hedgerow.errors import Refused

from hedgerow_orders.domain.lines import KnownSku, named
from hedgerow_orders.store.orders import OrderExists

from .intake import Draft, Drafts


def completed(of: Drafts, known: Mapping[str, KnownSku]) -> Drafts:
    """Refused: a SKU that is not known, and an id that was used earlier in the batch."""
    used: set[OrderId] = set()
    return [_complete(each, known, used) for each in of]


def _complete(
    draft: Draft | Refused, known: Mapping[str, KnownSku], used: set[OrderId]
) -> Draft | Refused:
    if isinstance(draft, Refused):
        return draft
    if draft.command.order_id in used:
        return OrderExists()
    try:
        complete = replace(draft, lines=named(draft.asked, known))
    except Refused as refused:
        return refused
    used.add(draft.command.order_id)
    return complete

"""How stock came to be what it is."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, LedgerPage, LedgerView, ListLedger
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from hedgerow.transaction.windows import windowed
from sqlalchemy import Row, Select, select

from hedgerow_inventory.domain.inputs import storable
from hedgerow_inventory.store.tables import COUNTERS, stock_ledger


async def list_ledger(query: ListLedger, tx: Transaction) -> LedgerPage:
    """Entries of the plants where the caller may read stock, the newest first."""
    part = await windowed(
        tx.conn, _matching(query, tx), query.page, by=(stock_ledger.c.entry_id,), descending=True
    )
    return LedgerPage(
        entries=tuple(_view(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _matching(query: ListLedger, tx: Transaction) -> Select[Any]:
    matching = select(stock_ledger).where(
        readable(tx.caller, stock_ledger.c.plant_id, Permission.STOCK_READ)
    )
    if query.sku is not None:
        storable(query.sku, "sku")
        matching = matching.where(stock_ledger.c.sku == query.sku)
    if query.location_id is not None:
        matching = matching.where(stock_ledger.c.location_id == query.location_id)
    if query.reference is not None:
        storable(query.reference, "reference")
        matching = matching.where(stock_ledger.c.reference == query.reference)
    return matching


def _view(row: Row[Any]) -> LedgerView:
    return LedgerView(
        entry_id=row.entry_id,
        at=row.at,
        kind=LedgerKind(row.kind),
        sku=row.sku,
        location_id=row.location_id,
        plant_id=row.plant_id,
        **{name: getattr(row, name) for name in COUNTERS},
        reference=row.reference,
        reason=row.reason,
        by=row.by,
    )

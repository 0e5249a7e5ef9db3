"""How stock came to be what it is."""

from __future__ import annotations

from typing import Annotated, Any

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, LedgerPage, LedgerView, ListLedger
from hedgerow.transaction import Transaction
from msgspec import Meta
from sqlalchemy import Row, Select, func, select

from hedgerow_inventory.domain.inputs import storable
from hedgerow_inventory.store.tables import COUNTERS, stock_ledger

from .sight import in_sight, sight
from .windows import cursor, window

EntryId = Annotated[int, Meta(ge=0, le=2**63 - 1)]


async def list_ledger(query: ListLedger, tx: Transaction) -> LedgerPage:
    """Entries of the plants where the caller may read stock, the newest first."""
    view = window(query.page, tuple[EntryId])
    matching = _matching(query).where(in_sight(stock_ledger.c.plant_id))
    visible = sight(tx.caller, Permission.STOCK_READ).parameters()
    rows = await tx.conn.execute(
        view.over(matching, [stock_ledger.c.entry_id], descending=True), visible
    )
    part = view.cut(rows.all())
    total = (
        await tx.conn.scalar(select(func.count()).select_from(matching.subquery()), visible)
        if query.page.total
        else None
    )
    return LedgerPage(
        entries=tuple(_view(row) for row in part.rows),
        cursors=tuple(cursor(row.entry_id) for row in part.rows),
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=total,
    )


def _matching(query: ListLedger) -> Select[Any]:
    matching = select(stock_ledger)
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

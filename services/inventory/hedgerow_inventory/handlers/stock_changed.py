"""How every handler that changes goods at a location announces it."""

from __future__ import annotations

from hedgerow.contracts.inventory import LedgerKind, StockChanged, StockView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.sku import Sku
from hedgerow_inventory.domain.stock import Stock
from hedgerow_inventory.views.stock import stock_view


def announce(
    tx: Transaction, item: Stock, sku: Sku, kind: LedgerKind, reference: str = ""
) -> StockView:
    """Emit StockChanged for an item that was booked as announced; the item as a view."""
    view = stock_view(item, sku, tx.now)
    tx.emit(
        StockChanged(stock=view, kind=kind, reference=reference),
        aggregate=item.aggregate,
        version=item.version,
        plant_id=item.plant_id,
    )
    return view

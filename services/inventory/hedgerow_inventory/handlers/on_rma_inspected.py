from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, StockKey, StockReturned
from hedgerow.contracts.rma import RmaInspected
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.returned import by_line, came_back
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.returns import ReturnStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .stock_changed import announce


async def on_rma_inspected(event: RmaInspected, tx: Transaction) -> None:
    """Book what came back by its disposition, once for each return."""
    grant = tx.caller.grant_tenant(Permission.RMA_INSPECT)
    plant_id = await LocationStore(tx).claim(grant, event.location_id, event.location_plant_id)
    if not await ReturnStore(tx).book(grant, event, plant_id):
        return
    lines = came_back(event.lines)
    reference = f"rma:{event.rma_id}"
    stocks = StockStore(tx)
    skus = await SkuStore(tx).named(line.sku for line in lines)
    stock = await stocks.open(grant, event.location_id, plant_id, skus, LedgerKind.RETURN)

    movements = [
        stock[StockKey(line.sku, event.location_id)].take_back(
            line.quantity, line.disposition, reference
        )
        for line in lines
    ]

    await stocks.book(grant, LedgerKind.RETURN, movements, announced=stock.values())
    for item in stock.values():
        announce(tx, item, skus[item.sku], LedgerKind.RETURN, reference)
    announce_turns(tx, stock.values())
    tx.emit(
        StockReturned(
            rma_id=event.rma_id,
            order_id=event.order_id,
            plant_id=plant_id,
            lines=by_line(lines),
        ),
        aggregate=f"return:{event.rma_id}",
        version=1,
        plant_id=plant_id,
    )

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, ReceiveStock, StockKey, StockView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import SKU_LENGTH, counted, named, positive
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore
from hedgerow_inventory.store.supplies import SupplyStore

from .stock_changed import announce


async def receive_stock(command: ReceiveStock, tx: Transaction) -> tuple[StockView, ...]:
    """Book goods that have arrived; answers line by line with the stock as it stands after all."""
    grant = tx.caller.grant(command.plant_id, Permission.STOCK_RECEIVE, field="location_id")
    counted(command.lines, "lines")
    reference = named(command.reference, "reference")
    quantities = []
    for position, line in enumerate(command.lines):
        named(line.sku, f"lines.{position}.sku", most=SKU_LENGTH)
        quantities.append(positive(line.quantity, f"lines.{position}.quantity"))

    skus = await SkuStore(tx).named(line.sku for line in command.lines)
    for position, line in enumerate(command.lines):
        known(skus, line.sku, f"lines.{position}.sku")
    await LocationStore(tx).claim_own(grant, command.location_id, command.plant_id)
    if command.supply_id is not None:
        supplies = SupplyStore(tx)
        supply = await supplies.lock(command.supply_id)
        supply.receive(command.location_id, skus, tx.now)
        await supplies.save_received(grant, supply)
    stocks = StockStore(tx)
    stock = await stocks.open(
        grant, command.location_id, command.plant_id, skus, LedgerKind.RECEIPT
    )
    movements = [
        stock[StockKey(line.sku, command.location_id)].receive(quantity, reference)
        for line, quantity in zip(command.lines, quantities, strict=True)
    ]
    await stocks.book(grant, LedgerKind.RECEIPT, movements, announced=stock.values())

    views = {
        item.sku: announce(tx, item, skus[item.sku], LedgerKind.RECEIPT, reference)
        for item in stock.values()
    }
    return tuple(views[line.sku] for line in command.lines)

from __future__ import annotations

from hedgerow.access import demand_presence
from hedgerow.auth import Permission
from hedgerow.contracts.fields import counted, one_line, positive
from hedgerow.contracts.inventory import LedgerKind, ReceiveStock, StockKey, StockLine, StockView
from hedgerow.contracts.presence import PresenceAct
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import MOST_LINES, SKU_LENGTH, TEXT_LENGTH
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore
from hedgerow_inventory.store.supplies import SupplyStore

from .overflow_turned import announce_turns
from .stock_changed import announce


async def receive_stock(command: ReceiveStock, tx: Transaction) -> tuple[StockView, ...]:
    """Book goods that have arrived; answers line by line with the stock as it stands after all."""
    grant = tx.caller.grant(command.plant_id, Permission.STOCK_RECEIVE, field="location_id")
    await demand_presence(tx, command.plant_id, PresenceAct.STOCK_RECEIVE)
    counted(command.lines, "lines", most=MOST_LINES)
    reference = one_line(command.reference, "reference", most=TEXT_LENGTH)
    lines = [_checked(line, f"lines.{position}") for position, line in enumerate(command.lines)]

    skus = await SkuStore(tx).named(line.sku for line in lines)
    for position, line in enumerate(lines):
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
        stock[StockKey(line.sku, command.location_id)].receive(line.quantity, reference)
        for line in lines
    ]
    await stocks.book(grant, LedgerKind.RECEIPT, movements, announced=stock.values())

    views = {
        item.sku: announce(tx, item, skus[item.sku], LedgerKind.RECEIPT, reference)
        for item in stock.values()
    }
    announce_turns(tx, stock.values())
    return tuple(views[line.sku] for line in lines)


def _checked(line: StockLine, field: str) -> StockLine:
    return StockLine(
        sku=one_line(line.sku, f"{field}.sku", most=SKU_LENGTH),
        quantity=positive(line.quantity, f"{field}.quantity"),
    )

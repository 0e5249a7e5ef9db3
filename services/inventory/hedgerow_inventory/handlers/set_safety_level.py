from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.fields import not_negative, one_line, surplus_percent
from hedgerow.contracts.inventory import LedgerKind, SetSafetyLevel, StockKey, StockView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import SKU_LENGTH
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .stock_changed import announce


async def set_safety_level(command: SetSafetyLevel, tx: Transaction) -> StockView:
    """Say what promising must leave untouched at a location, and how much more than that must be
    there for it to serve again once it has tripped, from now on."""
    grant = tx.caller.grant(command.plant_id, Permission.SAFETY_SET, field="location_id")
    code = one_line(command.sku, "sku", most=SKU_LENGTH)
    level = not_negative(command.level, "level")
    percent = command.clear_percent
    if percent is not None:
        percent = surplus_percent(percent, "clear_percent")

    sku = known(await SkuStore(tx).named([code]), code, "sku")
    await LocationStore(tx).claim_own(grant, command.location_id, command.plant_id)
    stocks = StockStore(tx)
    stock = await stocks.open(
        grant, command.location_id, command.plant_id, [sku.code], LedgerKind.SAFETY_LEVEL
    )
    item = stock[StockKey(sku.code, command.location_id)]
    moved = item.set_safety_level(level, percent)
    await stocks.set_safety_level(grant, item)
    await stocks.book(grant, LedgerKind.SAFETY_LEVEL, [moved], announced=[item])

    view = announce(tx, item, sku, LedgerKind.SAFETY_LEVEL)
    announce_turns(tx, [item])
    return view

from __future__ import annotations

from hedgerow.access import demand_presence
from hedgerow.auth import Permission
from hedgerow.contracts.fields import not_zero, one_line
from hedgerow.contracts.inventory import AdjustStock, LedgerKind, StockKey, StockView
from hedgerow.contracts.presence import PresenceAct
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import REASON_LENGTH, SKU_LENGTH
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .stock_changed import announce


async def adjust_stock(command: AdjustStock, tx: Transaction) -> StockView:
    """Correct what is on hand by a counted difference."""
    grant = tx.caller.grant(command.plant_id, Permission.STOCK_ADJUST, field="location_id")
    await demand_presence(tx, command.plant_id, PresenceAct.STOCK_ADJUST)
    code = one_line(command.sku, "sku", most=SKU_LENGTH)
    delta = not_zero(command.delta, "delta")
    reason = one_line(command.reason, "reason", most=REASON_LENGTH)

    sku = known(await SkuStore(tx).named([code]), code, "sku")
    await LocationStore(tx).claim_own(grant, command.location_id, command.plant_id)
    stocks = StockStore(tx)
    stock = await stocks.open(
        grant, command.location_id, command.plant_id, [sku.code], LedgerKind.ADJUSTMENT
    )
    item = stock[StockKey(sku.code, command.location_id)]
    moved = item.adjust(delta, reason)
    await stocks.book(grant, LedgerKind.ADJUSTMENT, [moved], announced=[item])

    view = announce(tx, item, sku, LedgerKind.ADJUSTMENT)
    announce_turns(tx, [item])
    return view

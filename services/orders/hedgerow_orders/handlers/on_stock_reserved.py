from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.inventory import StockReserved
from hedgerow.contracts.orders import OrderReserved
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order
from hedgerow_orders.store.orders import OrderStore

from .announce import announce


@batched()
async def on_stock_reserved(events: Sequence[StockReserved], tx: Transaction) -> None:
    """Give the orders their plant and stock.

    An order that was cancelled meanwhile stays cancelled: inventory hears of that from the order
    itself. One that has stock already keeps what it has.
    """
    orders = OrderStore(tx)
    found = await orders.lock(event.order_id for event in events)
    changed: list[tuple[Grant, Order]] = []
    for event in events:
        order = found[event.order_id]
        by = tx.caller.subject
        if not order.reserve(event.plant_id, event.decision_id, by=by, at=tx.now):
            continue
        changed.append((tx.caller.grant(event.plant_id, Permission.ORDER_ADVANCE), order))
        announce(tx, OrderReserved, order, event, plant_id=event.plant_id)
    await orders.save(changed)

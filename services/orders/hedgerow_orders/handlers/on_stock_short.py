from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.inventory import StockShort
from hedgerow.contracts.orders import OrderFellShort
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.shortages import as_seen_at, of_stock
from hedgerow_orders.store.orders import OrderStore

from .announce import announce


@batched()
async def on_stock_short(events: Sequence[StockShort], tx: Transaction) -> None:
    """Give the orders their plant, and say what is missing where.

    Like on_stock_reserved, it leaves alone what was cancelled or has stock.
    """
    orders = OrderStore(tx)
    found = await orders.lock(event.order_id for event in events)
    changed: list[tuple[Grant, Order]] = []
    for event in events:
        order = found[event.order_id]
        shortages = of_stock(event.missing, event.seen)
        if not order.fall_short(
            event.plant_id, event.decision_id, shortages, by=tx.caller.subject, at=tx.now
        ):
            continue
        changed.append((tx.caller.grant(event.plant_id, Permission.ORDER_ADVANCE), order))
        announce(
            tx,
            OrderFellShort,
            order,
            event,
            plant_id=event.plant_id,
            shortages=as_seen_at(event.plant_id, shortages),
        )
    await orders.save(changed)

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.inventory import KitRefused
from hedgerow.contracts.orders import OrderKitRefused
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.shortages import as_seen_at, of_kit
from hedgerow_orders.store.orders import OrderStore

from .announce import announce


@batched()
async def on_kits_refused(events: Sequence[KitRefused], tx: Transaction) -> None:
    """Keep what the kits lack; the orders stay in review. An order that was cancelled meanwhile,
    or does not wait for this answer, is left alone."""
    orders = OrderStore(tx)
    found = await orders.lock(event.order_id for event in events)
    changed: list[tuple[Grant, Order]] = []
    for event in events:
        order = found[event.order_id]
        shortages = of_kit(event.gaps)
        if not order.refuse_kit(shortages, by=tx.caller.subject, at=tx.now):
            continue
        changed.append((tx.caller.grant(order.plant, Permission.ORDER_ADVANCE), order))
        announce(
            tx,
            OrderKitRefused,
            order,
            event,
            plant_id=order.plant,
            shortages=as_seen_at(order.plant, shortages),
        )
    await orders.save(changed)

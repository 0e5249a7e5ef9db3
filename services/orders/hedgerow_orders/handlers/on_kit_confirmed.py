from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.inventory import KitConfirmed
from hedgerow.contracts.orders import OrderKitLocked
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order
from hedgerow_orders.store.orders import OrderStore

from .announce import announce


@batched()
async def on_kits_confirmed(events: Sequence[KitConfirmed], tx: Transaction) -> None:
    """Lock the kits: the reservations are allocations now. An order that was cancelled meanwhile,
    or does not wait for this answer, is left alone."""
    orders = OrderStore(tx)
    found = await orders.lock(event.order_id for event in events)
    changed: list[tuple[Grant, Order]] = []
    for event in events:
        order = found[event.order_id]
        if not order.confirm_kit(by=tx.caller.subject, at=tx.now):
            continue
        changed.append((tx.caller.grant(order.plant, Permission.ORDER_ADVANCE), order))
        announce(tx, OrderKitLocked, order, event, plant_id=order.plant)
    await orders.save(changed)

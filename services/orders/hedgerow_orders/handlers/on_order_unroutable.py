from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.orders import OrderLeftUnrouted
from hedgerow.contracts.routing import OrderUnroutable
from hedgerow.contracts.values import OrderId
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order
from hedgerow_orders.store.orders import OrderStore

from .announce import announce


@batched()
async def on_orders_unroutable(events: Sequence[OrderUnroutable], tx: Transaction) -> None:
    """Keep why the orders have no plant. An order that has one by now, or was cancelled, is left
    alone."""
    orders = OrderStore(tx)
    found = await orders.lock(event.order_id for event in events)
    changed: dict[OrderId, tuple[Grant, Order]] = {}
    for event in events:
        order = found[event.order_id]
        if not order.leave_unrouted(
            event.decision_id, event.reason, by=tx.caller.subject, at=tx.now
        ):
            continue
        changed[order.id] = (tx.caller.grant_tenant(Permission.ORDER_ADVANCE), order)
        announce(tx, OrderLeftUnrouted, order, event, reason=event.reason)
    await orders.save(list(changed.values()))

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.orders import CancelOrder, OrderCancelled, OrderView
from hedgerow.transaction import Transaction

from hedgerow_orders.store.orders import OrderStore
from hedgerow_orders.views.order import current

from .announce import announce
from .grants import grant_over


async def cancel_order(command: CancelOrder, tx: Transaction) -> OrderView:
    """Cancel an order that is not in production yet; inventory gives its stock free."""
    orders = OrderStore(tx)
    order = await orders.get(command.order_id)
    grant = grant_over(tx.caller, order, Permission.ORDER_CANCEL)
    order.expect(command.expected_version)
    basis = order.cancel(command.basis, by=tx.caller.subject, at=tx.now)
    await orders.save([(grant, order)])
    announce(tx, OrderCancelled, order, plant_id=order.plant_id, basis=basis)
    return await current(order.id, tx)

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.orders import OrderDelivered
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.store.order_ends import OrderEndStore


@batched()
async def on_order_delivered(events: Sequence[OrderDelivered], tx: Transaction) -> None:
    """The orders are open no more: simulations leave them out where they speak of open ones. What
    was decided stays. A decision is there by now: an order is reserved before it is delivered."""
    grant = tx.caller.grant_tenant(Permission.ORDER_ADVANCE)
    await OrderEndStore(tx).close(grant, events, at=tx.now)

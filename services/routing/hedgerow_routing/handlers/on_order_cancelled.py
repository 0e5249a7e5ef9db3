from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.store.decisions import DecisionStore
from hedgerow_routing.store.order_ends import OrderEndStore


@batched()
async def on_order_cancelled(events: Sequence[OrderCancelled], tx: Transaction) -> None:
    """Settle decisions that nobody will answer: inventory stays silent about an order that was
    cancelled before it heard of it. A decision with an answer keeps it, and an answer that is
    still on its way replaces this one."""
    grant = tx.caller.grant_tenant(Permission.ORDER_CANCEL)
    await DecisionStore(tx).cancel(grant, events, at=tx.now)
    await OrderEndStore(tx).close(grant, events, at=tx.now)

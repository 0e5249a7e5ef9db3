from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import StockShort
from hedgerow.contracts.routing import DecisionResult
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.store.decisions import DecisionStore


@batched()
async def on_stock_short(events: Sequence[StockShort], tx: Transaction) -> None:
    """The numbers that inventory saw join the decision: no chain had enough for every line."""
    grant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    await DecisionStore(tx).settle(
        grant,
        {event.decision_id: (DecisionResult.SHORT, event.seen) for event in events},
        at=tx.now,
    )

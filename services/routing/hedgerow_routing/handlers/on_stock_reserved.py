from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import StockReserved
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.decision import result_of
from hedgerow_routing.store.decisions import DecisionStore, Settlement


@batched()
async def on_stock_reserved(events: Sequence[StockReserved], tx: Transaction) -> None:
    """The numbers that inventory saw join the decision. Of two answers about one decision the
    later one stands: they are of one reservation, so they come in order."""
    grant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    decisions = DecisionStore(tx)
    placed = await decisions.placed(event.decision_id for event in events)
    settlements = [
        Settlement(event, result_of(placed[event.decision_id].chain, event.plan))
        for event in events
    ]
    await decisions.settle(grant, settlements, placed, at=tx.now)

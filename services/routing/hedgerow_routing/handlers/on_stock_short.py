from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import StockShort
from hedgerow.contracts.routing import DecisionResult
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.store.decisions import DecisionStore, Settlement


@batched()
async def on_stock_short(events: Sequence[StockShort], tx: Transaction) -> None:
    """The numbers that inventory saw join the decision: no chain had enough for every line."""
    grant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    decisions = DecisionStore(tx)
    placed = await decisions.placed(event.decision_id for event in events)
    settlements = [Settlement(event, DecisionResult.SHORT) for event in events]
    await decisions.settle(grant, settlements, placed, at=tx.now)

"""What would a return be decided as, before anybody asks for it?"""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.rma import CheckEligibility, EligibilityView
from hedgerow.transaction import Transaction

from hedgerow_rma.domain.eligibility import assess, checked_lines
from hedgerow_rma.store.delivered_orders import DeliveredOrderStore
from hedgerow_rma.store.rmas import RmaStore


async def check_eligibility(query: CheckEligibility, tx: Transaction) -> EligibilityView:
    """The outcome and every test as of now. Raises what `checked_lines` raises."""
    order = await DeliveredOrderStore(tx).get(query.order_id)
    tx.caller.grant(order.plant_id, Permission.RMA_READ, field="order_id")
    lines = checked_lines(order, query.lines)
    return assess(order, lines, await RmaStore(tx).coming_back(order.order_id), at=tx.now)

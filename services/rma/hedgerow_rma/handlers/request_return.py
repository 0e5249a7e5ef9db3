"""A customer wants to send goods back."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.rma import RequestReturn, RmaRequested, RmaView
from hedgerow.transaction import Transaction

from hedgerow_rma.domain.eligibility import assess, checked_lines
from hedgerow_rma.domain.rma import Rma
from hedgerow_rma.store.delivered_orders import DeliveredOrderStore
from hedgerow_rma.store.rmas import RmaStore
from hedgerow_rma.store.tables import rma_numbers
from hedgerow_rma.views.rmas import view_of

from .announce import announce


async def request_return(command: RequestReturn, tx: Transaction) -> RmaView:
    """Decide at once whether the goods may come back, and keep the reasons either way.

    The order stays locked, so that two requests cannot together ask for more than was delivered.
    """
    rmas = RmaStore(tx)
    order = await DeliveredOrderStore(tx).lock(command.order_id)
    grant = tx.caller.grant(order.plant_id, Permission.RMA_REQUEST, field="order_id")
    lines = checked_lines(order, command.lines)
    eligibility = assess(order, lines, await rmas.coming_back(order.order_id), at=tx.now)
    [number] = await rma_numbers.give(tx, 1)
    rma, change = Rma.request(
        command.rma_id,
        order,
        lines,
        command.reason,
        eligibility,
        command.basis,
        number=number,
        by=tx.caller.subject,
        at=tx.now,
    )
    await rmas.add(grant, rma, change)
    announce(tx, RmaRequested, rma)
    return view_of(rma)

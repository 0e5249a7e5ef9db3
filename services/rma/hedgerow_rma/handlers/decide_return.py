"""A person decides what no rule can."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.rma import DecideReturn, RmaDecided, RmaView
from hedgerow.transaction import Transaction

from hedgerow_rma.store.rmas import RmaStore
from hedgerow_rma.views.rmas import view_of

from .announce import announce


async def decide_return(command: DecideReturn, tx: Transaction) -> RmaView:
    """Approve or reject a return in review, with the reason."""
    rmas = RmaStore(tx)
    rma = await rmas.lock(command.rma_id)
    grant = tx.caller.grant(rma.plant_id, Permission.RMA_DECIDE, field="rma_id")
    change = rma.decide(command.approve, command.note, command.basis, at=tx.now)
    await rmas.save(grant, rma, change)
    announce(tx, RmaDecided, rma)
    return view_of(rma)

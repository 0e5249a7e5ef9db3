"""The parcel has arrived."""

from __future__ import annotations

from hedgerow.access import demand_presence
from hedgerow.auth import Permission
from hedgerow.contracts.presence import PresenceAct
from hedgerow.contracts.rma import ReceiveReturn, RmaReceived, RmaView
from hedgerow.transaction import Transaction

from hedgerow_rma.store.rmas import RmaStore
from hedgerow_rma.views.rmas import view_of

from .announce import announce


async def receive_return(command: ReceiveReturn, tx: Transaction) -> RmaView:
    """Take an approved return in at a location, which need not be of the order's plant."""
    rmas = RmaStore(tx)
    rma = await rmas.lock(command.rma_id)
    grant = tx.caller.grant(command.location_plant_id, Permission.RMA_RECEIVE, field="location_id")
    await demand_presence(tx, command.location_plant_id, PresenceAct.RETURN_RECEIVE)
    change = rma.receive(command.location_id, command.location_plant_id, at=tx.now)
    await rmas.save(grant, rma, change)
    announce(tx, RmaReceived, rma, location_id=command.location_id)
    return view_of(rma)

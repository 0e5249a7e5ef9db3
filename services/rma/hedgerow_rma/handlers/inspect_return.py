"""The goods are compared with what was sold."""

from __future__ import annotations

from hedgerow.access import demand_presence
from hedgerow.auth import Permission
from hedgerow.contracts.presence import PresenceAct
from hedgerow.contracts.rma import DisposedLine, InspectReturn, RmaInspected, RmaView
from hedgerow.transaction import Transaction

from hedgerow_rma.domain.rma import Rma
from hedgerow_rma.store.rmas import RmaStore
from hedgerow_rma.views.rmas import view_of

from .announce import announce


async def inspect_return(command: InspectReturn, tx: Transaction) -> RmaView:
    """Accept the goods with a fate for every unit, or refuse them; stock follows by the event."""
    rmas = RmaStore(tx)
    rma = await rmas.lock(command.rma_id)
    grant = tx.caller.grant(rma.plant_id, Permission.RMA_INSPECT, field="rma_id")
    if rma.location_plant_id is not None:  # where the parcel is, which may be another plant
        await demand_presence(tx, rma.location_plant_id, PresenceAct.RETURN_INSPECT)
    change = rma.inspect(command.accept, command.lines, at=tx.now)
    await rmas.save(grant, rma, change)
    announce(
        tx,
        RmaInspected,
        rma,
        location_id=rma.location_id,
        location_plant_id=rma.location_plant_id,
        lines=_disposed(rma),
    )
    return view_of(rma)


def _disposed(rma: Rma) -> tuple[DisposedLine, ...]:
    skus = {line.line_no: line.sku for line in rma.lines}
    return tuple(
        DisposedLine(
            line_no=part.line_no,
            sku=skus[part.line_no],
            quantity=part.quantity,
            disposition=part.disposition,
        )
        for part in rma.inspected
    )

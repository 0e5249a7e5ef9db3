"""A fence that nothing takes the place of."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import FenceRemoval
from hedgerow.contracts.routing import FenceRemoved
from hedgerow.transaction import Transaction

from hedgerow_routing.store.fence_removals import FenceRemovalStore


async def remove_fence(removal: FenceRemoval, tx: Transaction, *, release: int) -> None:
    """From this instant on. release  its number"""
    grant = tx.caller.grant(removal.plant_id, Permission.FENCE_PUBLISH, field="plant_id")
    edition = await FenceRemovalStore(tx).remove(grant, removal, at=tx.now, release=release)
    tx.emit(
        FenceRemoved(
            plant_id=removal.plant_id,
            kind=removal.kind,
            name=removal.name,
            version=edition.version,
            active_to=edition.active_from,
        ),
        aggregate=removal.aggregate,
        version=edition.version,
        plant_id=removal.plant_id,
    )

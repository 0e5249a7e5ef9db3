"""A fence put in force, by itself or together with the people of its plant."""

from __future__ import annotations

import asyncio

from hedgerow.auth import Permission
from hedgerow.contracts.routing import FencePublished, FenceView, PublishFence
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore


async def draw_fence(
    command: PublishFence, tx: Transaction, *, within: str = "", basis: Basis | None = None
) -> FenceView:
    """Replace the plant's fence of this kind and name from this instant on.

    within  what stands before the names of the fence's fields
    """
    grant = tx.caller.grant(command.plant_id, Permission.FENCE_PUBLISH, field=f"{within}plant_id")
    await PlantStore(tx).require(grant)
    # In a thread, so that others are answered meanwhile.
    drawn = await asyncio.to_thread(Fence.draw, command, at=tx.now, within=within)
    fences = FenceStore(tx)
    fence = drawn.after(await fences.last(grant, drawn.kind, drawn.name))
    await fences.publish(grant, fence, within=within, basis=basis)
    tx.emit(
        FencePublished(
            fence_id=fence.fence_id,
            plant_id=fence.plant_id,
            kind=fence.kind,
            version=fence.edition.version,
            active_from=fence.edition.active_from,
        ),
        aggregate=fence.aggregate,
        version=fence.edition.version,
        plant_id=fence.plant_id,
    )
    return fence.view()

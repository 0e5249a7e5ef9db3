from __future__ import annotations

import asyncio

from hedgerow.auth import Permission
from hedgerow.contracts.routing import FencePublished, FenceView, PublishFence
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore


async def publish_fence(command: PublishFence, tx: Transaction) -> FenceView:
    """Replace the plant's fence of this kind and name from this instant on."""
    grant = tx.caller.grant(command.plant_id, Permission.FENCE_PUBLISH, field="plant_id")
    await PlantStore(tx).require(grant)
    drawn = await asyncio.to_thread(Fence.draw, command, at=tx.now)  # others are answered meanwhile
    fences = FenceStore(tx)
    fence = drawn.after(await fences.last(grant, drawn.kind, drawn.name))
    await fences.publish(grant, fence)
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

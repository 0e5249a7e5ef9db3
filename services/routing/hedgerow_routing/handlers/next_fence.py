"""A fence drawn: what takes a while, before others have to wait."""

from __future__ import annotations

import asyncio

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import PublishFence
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore


async def next_fence(
    command: PublishFence, tx: Transaction, *, within: str = ""
) -> tuple[PlantGrant, Fence]:
    """The version that follows the last one; nothing is written yet."""
    grant = tx.caller.grant(command.plant_id, Permission.FENCE_PUBLISH, field=f"{within}plant_id")
    await PlantStore(tx).require(grant)
    divisions = await DivisionStore(tx).newest(command.divisions)
    # In a thread, so that others are answered meanwhile.
    drawn = await asyncio.to_thread(
        Fence.draw, command, at=tx.now, within=within, divisions=divisions
    )
    last = await FenceStore(tx).last(grant, drawn.kind, drawn.name)
    return grant, drawn.after(last, within=within)

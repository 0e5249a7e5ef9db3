"""The two halves of putting a fence in force: what takes a while, and what others wait for."""

from __future__ import annotations

import asyncio

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FencePublished, PublishFence
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore


async def next_fence(
    command: PublishFence, tx: Transaction, *, within: str = ""
) -> tuple[PlantGrant, Fence]:
    """The version that follows the one in force; nothing is written yet."""
    grant = tx.caller.grant(command.plant_id, Permission.FENCE_PUBLISH, field=f"{within}plant_id")
    await PlantStore(tx).require(grant)
    # In a thread, so that others are answered meanwhile.
    drawn = await asyncio.to_thread(Fence.draw, command, at=tx.now, within=within)
    return grant, drawn.after(await FenceStore(tx).last(grant, drawn.kind, drawn.name))


async def put_fence_in_force(
    grant: PlantGrant,
    fence: Fence,
    tx: Transaction,
    *,
    release: int,
    within: str = "",
    basis: Basis | None = None,
) -> None:
    """release  its number"""
    await FenceStore(tx).publish(grant, fence, release=release, within=within, basis=basis)
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

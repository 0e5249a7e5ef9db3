"""The two halves of putting a fence in force: what takes a while, and what others wait for."""

from __future__ import annotations

import asyncio

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FencePublished, PublishFence
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.validity import revise
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.refusals import ChangedMeanwhile


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


async def put_fence_in_force(
    grant: PlantGrant,
    fence: Fence,
    tx: Transaction,
    *,
    release: int,
    within: str = "",
    basis: Basis | None = None,
) -> None:
    """Say where the plant's fence of this kind and name lies in its span of time. After the lock of
    releases. Raises ChangedMeanwhile where `fence` is not the next version any more.

    release  its number
    """
    fences = FenceStore(tx)
    last = await fences.last(grant, fence.kind, fence.name)
    if fence.edition.version != (last.version if last else 0) + 1:
        raise ChangedMeanwhile
    revision = revise(await fences.known(grant, fence.kind, fence.name), fence.valid)
    await fences.publish(grant, fence, revision, release=release, within=within, basis=basis)
    tx.emit(
        FencePublished(
            fence_id=fence.fence_id,
            plant_id=fence.plant_id,
            kind=fence.kind,
            version=fence.edition.version,
            active_from=fence.valid.start,
            active_to=fence.valid.end,
            recorded_at=fence.edition.active_from,
        ),
        aggregate=fence.aggregate,
        version=fence.edition.version,
        plant_id=fence.plant_id,
    )

"""A fence put in force: what others who publish wait for."""

from __future__ import annotations

from hedgerow.auth import PlantGrant
from hedgerow.contracts.routing import FencePublished
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.validity import revise
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.refusals import ChangedMeanwhile


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

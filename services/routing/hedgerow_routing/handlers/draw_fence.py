"""A fence published, by itself or together with the people of its plant."""

from __future__ import annotations

from hedgerow.contracts.releases import FenceChange
from hedgerow.contracts.routing import FenceView, PublishFence
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.announce_release import next_number, publish_alone
from hedgerow_routing.handlers.next_fence import next_fence
from hedgerow_routing.handlers.put_fence import put_fence_in_force


async def draw_fence(
    command: PublishFence, tx: Transaction, *, within: str = "", basis: Basis | None = None
) -> FenceView:
    """Say where the plant's fence of this kind and name lies in some span of time, by a release of
    its own.

    within  what stands before the names of the fence's fields
    """
    grant, fence = await next_fence(command, tx, within=within)
    number = await next_number(tx)
    await put_fence_in_force(grant, fence, tx, release=number, within=within, basis=basis)
    await publish_alone(grant, number, FenceChange(fence=command), tx, plant_id=fence.plant_id)
    return fence.view()

from __future__ import annotations

from hedgerow.contracts.routing import FenceView, PublishFence
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.draw_fence import draw_fence


async def publish_fence(command: PublishFence, tx: Transaction) -> FenceView:
    """Say where the plant's fence of this kind and name lies in some span of time."""
    return await draw_fence(command, tx)

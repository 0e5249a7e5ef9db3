from __future__ import annotations

from hedgerow.contracts.routing import FenceView, PublishFence
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.draw_fence import draw_fence


async def publish_fence(command: PublishFence, tx: Transaction) -> FenceView:
    """Replace the plant's fence of this kind and name from this instant on."""
    return await draw_fence(command, tx)

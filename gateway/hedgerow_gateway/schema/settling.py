"""Waiting until an order has come to rest."""

from __future__ import annotations

from collections.abc import Callable

from hedgerow.contracts.orders import OrderView

from hedgerow_gateway.context import Context
from hedgerow_gateway.live import Waiter

FIRST_LOOK_S = 1.0


async def settled(
    context: Context, order: OrderView, waiter: Waiter, at_rest: Callable[[OrderView], bool]
) -> tuple[OrderView, bool]:
    """The order and whether it has come to rest: once `at_rest` holds, or when the time is over.

    An event is the occasion to read again. One look is taken without: the event may have passed
    before anybody waited, as with a repeated request, or been lost. When the caller may not see
    the order any more it went to a plant of others: it is at rest, and they get it as it was.
    """
    left_s = context.settle_s
    for wait_s in (min(FIRST_LOOK_S, left_s), left_s - FIRST_LOOK_S):
        if at_rest(order) or wait_s <= 0:
            break
        await waiter.came(wait_s)
        context.load.orders.forget(order.order_id)
        found = await context.load.orders.load(order.order_id)
        if found is None:
            return order, True
        order = found
    return order, at_rest(order)

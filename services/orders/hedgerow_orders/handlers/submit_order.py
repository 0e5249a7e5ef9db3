from __future__ import annotations

from collections.abc import Sequence

from hedgerow.contracts.orders import OrderView, SubmitOrder
from hedgerow.errors import Refused
from hedgerow.service import batched
from hedgerow.transaction import Ask, Transaction

from hedgerow_orders.domain.announcements import submitted
from hedgerow_orders.domain.order import Order
from hedgerow_orders.store.orders import OrderExists, OrderStore, WholeOrder
from hedgerow_orders.store.skus import SkuStore
from hedgerow_orders.store.tables import order_numbers
from hedgerow_orders.views.order import view_of

from .completion import completed
from .intake import Draft, accepted, drafts, skus


@batched()
async def submit_orders(
    asks: Sequence[Ask[SubmitOrder]], tx: Transaction
) -> list[OrderView | Refused]:
    """Capture the waiting orders. Routing and inventory find plant and stock afterwards."""
    asked = drafts(asks, tx.now)
    asked = completed(asked, await SkuStore(tx).known(skus(asked)))
    new = accepted(asked)
    numbers = await order_numbers.give(tx, len(new))
    orders = [_order(draft, number, tx) for draft, number in zip(new, numbers, strict=True)]
    try:
        await OrderStore(tx).add(
            [(draft.grant, order) for draft, order in zip(new, orders, strict=True)]
        )
    except OrderExists as refused:
        if len(new) > 1:
            raise  # the pipeline then asks for them one by one, which shows whose id is taken
        return [refused if isinstance(each, Draft) else each for each in asked]
    views = [view_of(order) for order in orders]
    for draft, view in zip(new, views, strict=True):
        tx.emit(
            submitted(view),
            aggregate=f"order:{view.order_id}",
            version=view.version,
            plant_id=None,
            because=draft.command,
        )
    answers = iter(views)
    return [next(answers) if isinstance(each, Draft) else each for each in asked]


def _order(draft: Draft, number: str, tx: Transaction) -> WholeOrder:
    by = draft.submission.by
    order = Order.submit(draft.command.order_id, number, by=by, at=tx.now)
    return WholeOrder(order, draft.submission, draft.lines)

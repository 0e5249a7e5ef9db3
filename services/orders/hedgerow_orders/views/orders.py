"""Orders by id and by number."""

from __future__ import annotations

from hedgerow.contracts.orders import OrderByNumber, OrdersByIds, OrderView
from hedgerow.errors import Invalid
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Uuid, any_, literal, select

from hedgerow_orders.domain.fields import text
from hedgerow_orders.store.tables import orders

from .order import with_lines
from .sight import readable

MOST_IDS = 1000


class TooManyIds(Invalid):
    code = "COUNT_INVALID"

    def __init__(self) -> None:
        super().__init__(
            f"At most {MOST_IDS} orders can be asked for at once.",
            f"一次最多查询 {MOST_IDS} 个订单",
            field="ids",
        )


@answers_along("ids")
async def orders_by_ids(query: OrdersByIds, tx: Transaction) -> tuple[OrderView | None, ...]:
    if len(query.ids) > MOST_IDS:
        raise TooManyIds
    if not query.ids:
        return ()
    result = await tx.conn.execute(
        select(orders).where(
            orders.c.id == any_(literal(list(query.ids), ARRAY(Uuid))),
            readable(tx.caller, orders.c.plant_id),
        )
    )
    found = {view.order_id: view for view in await with_lines(result.all(), tx)}
    return tuple(found.get(each) for each in query.ids)


async def order_by_number(query: OrderByNumber, tx: Transaction) -> OrderView | None:
    result = await tx.conn.execute(
        select(orders).where(
            orders.c.number == text(query.number, "number", most=64),
            readable(tx.caller, orders.c.plant_id),
        )
    )
    views = await with_lines(result.all(), tx)
    return views[0] if views else None

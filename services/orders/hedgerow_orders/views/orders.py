"""Orders by id and by number."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.fields import counted, one_line
from hedgerow.contracts.orders import OrderByNumber, OrdersByIds, OrderView
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import ARRAY, Uuid, any_, literal, select

from hedgerow_orders.store.tables import orders

from .order import with_lines

MOST_IDS = 1000


@answers_along("ids")
async def orders_by_ids(query: OrdersByIds, tx: Transaction) -> tuple[OrderView | None, ...]:
    counted(query.ids, "ids", least=0, most=MOST_IDS)
    if not query.ids:
        return ()
    result = await tx.conn.execute(
        select(orders).where(
            orders.c.id == any_(literal(list(query.ids), ARRAY(Uuid))),
            readable(tx.caller, orders.c.plant_id, Permission.ORDER_READ),
        )
    )
    found = {view.order_id: view for view in await with_lines(result.all(), tx)}
    return tuple(found.get(each) for each in query.ids)


async def order_by_number(query: OrderByNumber, tx: Transaction) -> OrderView | None:
    result = await tx.conn.execute(
        select(orders).where(
            orders.c.number == one_line(query.number, "number", most=64),
            readable(tx.caller, orders.c.plant_id, Permission.ORDER_READ),
        )
    )
    views = await with_lines(result.all(), tx)
    return views[0] if views else None

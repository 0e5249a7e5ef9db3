"""What has happened to orders."""

from __future__ import annotations

from collections import defaultdict

from hedgerow.auth import Permission
from hedgerow.contracts.fields import counted
from hedgerow.contracts.orders import HistoryByOrders, OrderChange, OrderState
from hedgerow.contracts.values import OrderId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import ARRAY, Uuid, any_, literal, select

from hedgerow_orders.store import rows
from hedgerow_orders.store.tables import order_changes

from .orders import MOST_IDS


@answers_along("ids")
async def history_by_orders(
    query: HistoryByOrders, tx: Transaction
) -> tuple[tuple[OrderChange, ...], ...]:
    counted(query.ids, "ids", least=0, most=MOST_IDS)
    if not query.ids:
        return ()
    result = await tx.conn.execute(
        select(order_changes)
        .where(
            order_changes.c.order_id == any_(literal(list(query.ids), ARRAY(Uuid))),
            readable(tx.caller, order_changes.c.plant_id, Permission.ORDER_READ),
        )
        .order_by(order_changes.c.order_id, order_changes.c.version)
    )
    by_order: defaultdict[OrderId, list[OrderChange]] = defaultdict(list)
    for row in result:
        by_order[row.order_id].append(
            OrderChange(
                version=row.version,
                at=row.at,
                by=row.by,
                change=row.change,
                from_state=None if row.from_state is None else OrderState(row.from_state),
                to_state=OrderState(row.to_state),
                basis=rows.basis(row.basis),
            )
        )
    return tuple(tuple(by_order[each]) for each in query.ids)

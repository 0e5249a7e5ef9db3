"""What orders hold."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import (
    ReservationsByOrders,
    ReservationState,
    ReservationView,
)
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_inventory.store.tables import reservations

_BY_ORDERS = (
    select(reservations)
    .where(reservations.c.order_id == any_(bindparam("orders", type_=ARRAY(Uuid))))
    .order_by(reservations.c.order_id, reservations.c.line_no)
)


@answers_along("order_ids")
async def reservations_by_orders(
    query: ReservationsByOrders, tx: Transaction
) -> tuple[tuple[ReservationView, ...], ...]:
    """For those who may read the orders, or the stock, of the order's plant; by line."""
    visible = readable(
        tx.caller, reservations.c.plant_id, Permission.ORDER_READ, Permission.STOCK_READ
    )
    rows = await tx.conn.execute(_BY_ORDERS.where(visible), {"orders": list(set(query.order_ids))})
    by_order: dict[Any, list[ReservationView]] = {}
    for row in rows:
        by_order.setdefault(row.order_id, []).append(_view(row))
    return tuple(tuple(by_order.get(order_id, ())) for order_id in query.order_ids)


def _view(row: Row[Any]) -> ReservationView:
    return ReservationView(
        order_id=row.order_id,
        line_no=row.line_no,
        sku=row.sku,
        quantity=row.quantity,
        location_id=row.location_id,
        plant_id=row.plant_id,
        state=ReservationState(row.state),
        updated_at=row.updated_at,
    )

"""An order as it is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.orders import OrderLineView, OrderView
from hedgerow.contracts.values import OrderId
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import Transaction
from msgspec.structs import replace
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_orders.domain.shortages import as_seen_by
from hedgerow_orders.store import rows
from hedgerow_orders.store.orders import WholeOrder
from hedgerow_orders.store.tables import order_lines, orders

_IDS = any_(bindparam("ids", type_=ARRAY(Uuid)))
_ORDER = select(orders).where(orders.c.id == _IDS)
_LINES = (
    select(order_lines.c.order_id, *(order_lines.c[name] for name in rows.LINE))
    .where(order_lines.c.order_id == _IDS)
    .order_by(order_lines.c.order_id, order_lines.c.line_no)
)


def view_of(whole: WholeOrder) -> OrderView:
    order, submission = whole.order, whole.submission
    return OrderView(
        order_id=order.id,
        number=order.number,
        type=submission.type,
        state=order.state,
        sourcing=order.sourcing,
        milestones=order.milestones,
        plant_id=order.plant_id,
        decision_id=order.decision_id,
        channel=submission.channel,
        customer=submission.customer,
        ship_to=submission.ship_to,
        ship_to_wgs84=submission.wgs84,
        lines=whole.lines,
        shortages=order.shortages,
        unroutable=order.unroutable,
        kit_lock_pending=order.kit_lock_pending,
        placed_at=submission.placed_at,
        promised_at=submission.promised_at,
        updated_at=order.updated_at,
        delivered_at=order.delivered_at,
        signer=order.signer,
        submitted_by=submission.by,
        cancellation=order.cancellation,
        version=order.version,
        priority=submission.priority,
        customer_grade=submission.customer_grade,
        attributes=submission.attributes,
    )


async def current(order_id: OrderId, tx: Transaction) -> OrderView:
    """The order as this transaction has left it. Raises PlantForbidden when it is out of reach."""
    views = await with_lines((await tx.conn.execute(_ORDER, {"ids": [order_id]})).all(), tx)
    if not views:
        raise PlantForbidden(field="order_id", detail=f"no order {order_id} in reach")
    return views[0]


async def with_lines(found: Sequence[Row[Any]], tx: Transaction) -> tuple[OrderView, ...]:
    """The views of rows of `orders`, in their order; the lines of all take one statement. Stock
    figures of plants that the caller may not see are left out."""
    if not found:
        return ()
    lines = await lines_of((row.id for row in found), tx)
    views = (
        view_of(WholeOrder(rows.order(row), rows.submission(row), tuple(lines[row.id])))
        for row in found
    )
    return tuple(_as_seen_by(tx.caller, view) for view in views)


def _as_seen_by(caller: Caller, view: OrderView) -> OrderView:
    if not view.shortages:
        return view
    seen = as_seen_by(view.shortages, lambda plant: caller.holds(Permission.PLANT_READ, plant))
    return replace(view, shortages=seen)


async def lines_of(
    ids: Iterable[OrderId], tx: Transaction
) -> defaultdict[OrderId, list[OrderLineView]]:
    """By line number; empty for an order out of reach."""
    by_order: defaultdict[OrderId, list[OrderLineView]] = defaultdict(list)
    for row in await tx.conn.execute(_LINES, {"ids": list(ids)}):
        by_order[row.order_id].append(rows.line_view(row))
    return by_order

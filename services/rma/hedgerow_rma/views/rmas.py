"""Returns as others see them, by id and by order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.rma import (
    RmaLineView,
    RmasByIds,
    RmasByOrders,
    RmaView,
)
from hedgerow.contracts.values import OrderId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import ARRAY, ColumnElement, Row, Uuid, any_, bindparam, select

from hedgerow_rma.domain.rma import Rma
from hedgerow_rma.store.rmas import line_of, rma_of
from hedgerow_rma.store.tables import rma_lines, rmas

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_BY_IDS = select(rmas).where(rmas.c.rma_id == any_(_IDS))
_BY_ORDERS = (
    select(rmas).where(rmas.c.order_id == any_(_IDS)).order_by(rmas.c.requested_at, rmas.c.rma_id)
)
_LINES = select(rma_lines).where(rma_lines.c.rma_id == any_(_IDS)).order_by(rma_lines.c.line_no)


@answers_along("ids")
async def rmas_by_ids(query: RmasByIds, tx: Transaction) -> tuple[RmaView | None, ...]:
    """Answers in the order of `ids`; None for what is absent or hidden."""
    found = await tx.conn.execute(_BY_IDS.where(allowed(tx.caller)), {"ids": list(query.ids)})
    views = {view.rma_id: view for view in await views_of(found.all(), tx)}
    return tuple(views.get(rma_id) for rma_id in query.ids)


@answers_along("order_ids")
async def rmas_by_orders(query: RmasByOrders, tx: Transaction) -> tuple[tuple[RmaView, ...], ...]:
    """Oldest first; answers in the order of `order_ids`."""
    found = await tx.conn.execute(
        _BY_ORDERS.where(allowed(tx.caller)), {"ids": list(query.order_ids)}
    )
    by_order: dict[OrderId, list[RmaView]] = {order_id: [] for order_id in query.order_ids}
    for view in await views_of(found.all(), tx):
        by_order[view.order_id].append(view)
    return tuple(tuple(by_order[order_id]) for order_id in query.order_ids)


async def views_of(rows: Sequence[Row[Any]], tx: Transaction) -> list[RmaView]:
    """Of rows of `rmas`, in their order; the lines of all take one statement."""
    lines: dict[UUID, list[RmaLineView]] = {row.rma_id: [] for row in rows}
    if lines:
        for line in await tx.conn.execute(_LINES, {"ids": list(lines)}):
            lines[line.rma_id].append(line_of(line))
    return [view_of(rma_of(row, tuple(lines[row.rma_id]))) for row in rows]


def allowed(caller: Caller) -> ColumnElement[bool]:
    """The condition that the caller may read a return."""
    return readable(caller, rmas.c.plant_id, Permission.RMA_READ)


def view_of(rma: Rma) -> RmaView:
    return RmaView(
        rma_id=rma.id,
        number=rma.number,
        order_id=rma.order_id,
        order_number=rma.order_number,
        plant_id=rma.plant_id,
        state=rma.state,
        reason=rma.reason,
        reasons=rma.reasons,
        lines=rma.lines,
        inspected=rma.inspected,
        location_id=rma.location_id,
        decision_note=rma.decision_note,
        requested_by=rma.requested_by,
        requested_at=rma.requested_at,
        updated_at=rma.updated_at,
        version=rma.version,
    )

"""Returns as others see them, by id and by order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from hedgerow.auth import Caller, Permission
from hedgerow.contracts.rma import (
    EligibilityReason,
    InspectedLine,
    RmaLineView,
    RmasByIds,
    RmasByOrders,
    RmaState,
    RmaView,
)
from hedgerow.contracts.values import LocationId, OrderId, PlantId, RmaId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_rma.domain.rma import Rma
from hedgerow_rma.store.rmas import line_of
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
    found = await tx.conn.execute(_BY_IDS, {"ids": list(query.ids)})
    views = {view.rma_id: view for view in await views_of(found.all(), tx)}
    return tuple(views.get(rma_id) for rma_id in query.ids)


@answers_along("order_ids")
async def rmas_by_orders(query: RmasByOrders, tx: Transaction) -> tuple[tuple[RmaView, ...], ...]:
    """Oldest first; answers in the order of `order_ids`."""
    found = await tx.conn.execute(_BY_ORDERS, {"ids": list(query.order_ids)})
    by_order: dict[OrderId, list[RmaView]] = {order_id: [] for order_id in query.order_ids}
    for view in await views_of(found.all(), tx):
        by_order[view.order_id].append(view)
    return tuple(tuple(by_order[order_id]) for order_id in query.order_ids)


async def views_of(rows: Sequence[Row[Any]], tx: Transaction) -> list[RmaView]:
    """Of rows of `rmas`, in their order, those whose plant's returns the caller may read."""
    readable = [row for row in rows if tx.caller.holds(Permission.RMA_READ, row.plant_id)]
    lines: dict[UUID, list[RmaLineView]] = {row.rma_id: [] for row in readable}
    if readable:
        for line in await tx.conn.execute(_LINES, {"ids": list(lines)}):
            lines[line.rma_id].append(line_of(line))
    return [_view(row, tuple(lines[row.rma_id])) for row in readable]


def readable_plants(caller: Caller) -> list[PlantId] | None:
    """Where the caller may read returns; None for everywhere."""
    if Permission.RMA_READ in caller.tenant_grants:
        return None
    return [plant for plant, held in caller.plant_grants.items() if Permission.RMA_READ in held]


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


def _view(row: Row[Any], lines: tuple[RmaLineView, ...]) -> RmaView:
    return RmaView(
        rma_id=RmaId(row.rma_id),
        number=row.number,
        order_id=OrderId(row.order_id),
        order_number=row.order_number,
        plant_id=PlantId(row.plant_id),
        state=RmaState(row.state),
        reason=row.reason,
        reasons=msgspec.convert(row.reasons, type=tuple[EligibilityReason, ...]),
        lines=lines,
        inspected=msgspec.convert(row.inspected, type=tuple[InspectedLine, ...]),
        location_id=LocationId(row.location_id) if row.location_id else None,
        decision_note=row.decision_note,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        updated_at=row.updated_at,
        version=row.version,
    )

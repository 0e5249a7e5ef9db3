"""Routing decisions."""

from __future__ import annotations

from typing import Any

import msgspec
from hedgerow.auth import Caller, Permission
from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.routing import (
    AssignmentView,
    Candidate,
    DecisionResult,
    DecisionsByIds,
    DecisionsByOrders,
    DecisionView,
    LeftOut,
    RuleTrace,
    SafetyTest,
)
from hedgerow.contracts.values import DecisionId, Line, OrderId, PlantId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_routing.domain.decision import as_read_by
from hedgerow_routing.store.decision_tables import decisions

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_BY_IDS = select(decisions).where(decisions.c.decision_id == any_(_IDS))
_BY_ORDERS = select(decisions).where(decisions.c.order_id == any_(_IDS))


@answers_along("ids")
async def decisions_by_ids(
    query: DecisionsByIds, tx: Transaction
) -> tuple[DecisionView | None, ...]:
    rows = await tx.conn.execute(_BY_IDS, {"ids": list(query.ids)})
    found = {row.decision_id: _readable(row, tx.caller) for row in rows}
    return tuple(found.get(decision_id) for decision_id in query.ids)


@answers_along("order_ids")
async def decisions_by_orders(
    query: DecisionsByOrders, tx: Transaction
) -> tuple[DecisionView | None, ...]:
    rows = await tx.conn.execute(_BY_ORDERS, {"ids": list(query.order_ids)})
    found = {row.order_id: _readable(row, tx.caller) for row in rows}
    return tuple(found.get(order_id) for order_id in query.order_ids)


def _readable(row: Row[Any], caller: Caller) -> DecisionView | None:
    """What the caller may read of it, None for nothing."""
    plant_id: PlantId | None = row.plant_id
    if not caller.holds(Permission.DECISION_READ, plant_id):
        return None
    return as_read_by(_decision(row), lambda plant: caller.holds(Permission.PLANT_READ, plant))


def _decision(row: Row[Any]) -> DecisionView:
    return DecisionView(
        decision_id=DecisionId(row.decision_id),
        order_id=OrderId(row.order_id),
        order_number=row.order_number,
        channel=row.channel,
        region=row.region,
        lines=msgspec.convert(row.lines, tuple[Line, ...]),
        assignment=msgspec.convert(row.assignment, AssignmentView),
        rules=msgspec.convert(row.rules, tuple[RuleTrace, ...]),
        chain=msgspec.convert(row.chain, tuple[Candidate, ...]),
        safety_test=None if row.safety_test is None else SafetyTest(row.safety_test),
        result=DecisionResult(row.result),
        seen=msgspec.convert(row.seen, tuple[SeenStock, ...]),
        decided_at=row.decided_at,
        settled_at=row.settled_at,
        left_out=msgspec.convert(row.left_out, tuple[LeftOut, ...]),
        max_locations=row.max_locations,
        sla_hours=row.sla_hours,
        release=row.release or 0,
    )

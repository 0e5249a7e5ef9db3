"""Overflow rules and limits in force: the same for the whole tenant."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    ListOverflowRules,
    OverflowRuleView,
    RoutingLimitsView,
    SafetyTest,
)
from hedgerow.contracts.values import LocationId, RuleId
from hedgerow.transaction import Transaction
from sqlalchemy import Row, select

from hedgerow_routing.domain.limits import NEVER_SET
from hedgerow_routing.domain.network import turn
from hedgerow_routing.store.tables import overflow_rules, routing_limits

_RULES = select(overflow_rules).where(overflow_rules.c.active_to.is_(None))
_LIMITS = select(routing_limits).where(routing_limits.c.active_to.is_(None))


async def list_overflow_rules(
    query: ListOverflowRules, tx: Transaction
) -> tuple[OverflowRuleView, ...]:
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    rules = [_rule(row) for row in await tx.conn.execute(_RULES)]
    return tuple(sorted(rules, key=turn))


async def get_routing_limits(query: GetRoutingLimits, tx: Transaction) -> RoutingLimitsView:
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    row = (await tx.conn.execute(_LIMITS)).one_or_none()
    if row is None:
        return NEVER_SET
    return RoutingLimitsView(max_distance_km=row.max_distance_km, version=row.version)


def _rule(row: Row[Any]) -> OverflowRuleView:
    return OverflowRuleView(
        rule_id=RuleId(row.rule_id),
        code=row.code,
        name=row.name,
        version=row.version,
        priority=row.priority,
        regions=tuple(row.regions),
        channels=tuple(row.channels),
        chain=tuple(LocationId(each) for each in row.chain),
        safety_test=SafetyTest(row.safety_test),
        active_from=row.active_from,
    )

"""Overflow rules and limits in force: the same for the whole tenant."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    ListOverflowRules,
    OverflowRuleView,
    RoutingLimitsView,
)
from hedgerow.transaction import Transaction
from sqlalchemy import select

from hedgerow_routing.domain.limits import NEVER_SET
from hedgerow_routing.domain.network import turn
from hedgerow_routing.store.rules import rule_of
from hedgerow_routing.store.tables import overflow_rules, routing_limits

_RULES = select(overflow_rules).where(overflow_rules.c.active_to.is_(None))
_LIMITS = select(routing_limits).where(routing_limits.c.active_to.is_(None))


async def list_overflow_rules(
    query: ListOverflowRules, tx: Transaction
) -> tuple[OverflowRuleView, ...]:
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    rules = [rule_of(row) for row in await tx.conn.execute(_RULES)]
    return tuple(sorted(rules, key=turn))


async def get_routing_limits(query: GetRoutingLimits, tx: Transaction) -> RoutingLimitsView:
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    row = (await tx.conn.execute(_LIMITS)).one_or_none()
    if row is None:
        return NEVER_SET
    return RoutingLimitsView(max_distance_km=row.max_distance_km, version=row.version)

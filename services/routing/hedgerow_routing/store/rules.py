"""Overflow rules and limits <-> rows of `overflow_rules` and `routing_limits`."""

from __future__ import annotations

from datetime import datetime

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.routing import OverflowRuleView, RoutingLimitsView
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.edition import Edition

from .refusals import ChangedMeanwhile, IdTaken
from .tables import overflow_rules, routing_limits

_LAST_RULE = (
    select(overflow_rules.c.version, overflow_rules.c.active_from)
    .where(overflow_rules.c.code == bindparam("of_code"))
    .order_by(overflow_rules.c.version.desc())
    .limit(1)
)
_CLOSE_RULE = (
    update(overflow_rules)
    .where(overflow_rules.c.code == bindparam("of_code"), overflow_rules.c.active_to.is_(None))
    .values(active_to=bindparam("until"), release_to=bindparam("by_release"))
    .returning(overflow_rules)
)
_OPEN_RULE = insert(overflow_rules).on_conflict_do_nothing().returning(overflow_rules.c.rule_id)
_RULE = select(overflow_rules.c.rule_id).where(overflow_rules.c.rule_id == bindparam("rule_id"))
_LAST_LIMITS = (
    select(routing_limits.c.version, routing_limits.c.active_from)
    .order_by(routing_limits.c.version.desc())
    .limit(1)
)
_CLOSE_LIMITS = (
    update(routing_limits)
    .where(routing_limits.c.active_to.is_(None))
    .values(active_to=bindparam("until"), release_to=bindparam("by_release"))
    .returning(routing_limits)
)
_OPEN_LIMITS = insert(routing_limits).on_conflict_do_nothing().returning(routing_limits.c.version)


class RuleStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def last(self, code: str) -> Edition | None:
        found = (await self._conn.execute(_LAST_RULE, {"of_code": code})).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def publish(self, grant: TenantGrant, rule: OverflowRuleView, *, release: int) -> None:
        """Close the version in force and open this one. Raises ChangedMeanwhile or IdTaken.

        release  its number
        """
        grant.must_carry_everywhere(Permission.RULE_PUBLISH)
        closing = {"of_code": rule.code, "until": rule.active_from, "by_release": release}
        before = (await self._conn.execute(_CLOSE_RULE, closing)).one_or_none()
        told = {
            "rule_id": rule.rule_id,
            "name": rule.name,
            "version": rule.version,
            "priority": rule.priority,
            "regions": list(rule.regions),
            "channels": list(rule.channels),
            "chain": list(rule.chain),
            "safety_test": rule.safety_test,
        }
        row = told | {
            "tenant_id": self._tenant_id,
            "code": rule.code,
            "active_from": rule.active_from,
            "published_by": self._tx.source().actor,
            "release_from": release,
        }
        if await self._conn.scalar(_OPEN_RULE, row) is None:
            if await self._conn.scalar(_RULE, {"rule_id": rule.rule_id}) is not None:
                raise IdTaken("rule_id")
            raise ChangedMeanwhile
        self._tx.record(
            f"rule:{self._tenant_id}:{rule.code}",
            "published",
            {name: (getattr(before, name, None), value) for name, value in told.items()},
            plant_id=None,
        )


class LimitsStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def last(self) -> Edition | None:
        found = (await self._conn.execute(_LAST_LIMITS)).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def publish(
        self, grant: TenantGrant, limits: RoutingLimitsView, at: datetime, *, release: int
    ) -> None:
        """Close those in force and open these at `at`. Raises ChangedMeanwhile.

        release  its number
        """
        grant.must_carry_everywhere(Permission.LIMITS_SET)
        closing = {"until": at, "by_release": release}
        before = (await self._conn.execute(_CLOSE_LIMITS, closing)).one_or_none()
        told = {"version": limits.version, "max_distance_km": limits.max_distance_km}
        row = told | {
            "tenant_id": self._tenant_id,
            "active_from": at,
            "published_by": self._tx.source().actor,
            "release_from": release,
        }
        if await self._conn.scalar(_OPEN_LIMITS, row) is None:
            raise ChangedMeanwhile
        self._tx.record(
            f"limits:{self._tenant_id}",
            "set",
            {name: (getattr(before, name, None), value) for name, value in told.items()},
            plant_id=None,
        )

"""Overflow rules and limits <-> rows of `overflow_rules` and `routing_limits`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.routing import OverflowRuleView, RoutingLimitsView, SafetyTest
from hedgerow.contracts.values import LocationId, RuleId
from hedgerow.errors import Conflict, NotFound
from hedgerow.transaction import Transaction
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.edition import Edition

from .refusals import ChangedMeanwhile, IdTaken
from .tables import overflow_rules, routing_limits

_LAST_RULE = (
    select(
        overflow_rules.c.version,
        overflow_rules.c.active_from,
        overflow_rules.c.active_to,
        overflow_rules.c.retired_by,
    )
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
_RULE = select(overflow_rules).where(overflow_rules.c.rule_id == bindparam("rule_id"))
_OF_CODE = select(overflow_rules).where(
    overflow_rules.c.code == bindparam("of_code"), overflow_rules.c.active_to.is_(None)
)
_RETIRE = (
    update(overflow_rules)
    .where(overflow_rules.c.rule_id == bindparam("of_rule"), overflow_rules.c.active_to.is_(None))
    .values(
        active_to=bindparam("until"), retired_by=bindparam("by"), release_to=bindparam("by_release")
    )
    .returning(overflow_rules.c.rule_id)
)
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


class RuleUnknown(NotFound):
    code = "RULE_UNKNOWN"

    def __init__(self, *, detail: str) -> None:
        super().__init__("There is no such rule.", "该规则不存在", field="rule_id", detail=detail)


class RuleEnded(Conflict):
    code = "RULE_ENDED"

    def __init__(self, *, detail: str) -> None:
        super().__init__(
            "This version of the rule is in force no more; look at the rules again.",
            "该规则版本已不再生效，请重新查看规则",
            field="rule_id",
            detail=detail,
        )


class RuleStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def last(self, code: str) -> Edition | None:
        """The retirement of a rule counts as a version of it."""
        found = (await self._conn.execute(_LAST_RULE, {"of_code": code})).first()
        if found is None:
            return None
        if found.retired_by is not None:
            return Edition(found.version + 1, found.active_to)
        return Edition(found.version, found.active_from)

    async def in_force(self, rule_id: RuleId) -> OverflowRuleView:
        """Raises RuleUnknown, RuleEnded."""
        row = (await self._conn.execute(_RULE, {"rule_id": rule_id})).one_or_none()
        if row is None:
            raise RuleUnknown(detail=str(rule_id))
        if row.active_to is not None:
            raise RuleEnded(detail=str(rule_id))
        return rule_of(row)

    async def of_code(self, code: str) -> OverflowRuleView | None:
        """The version in force."""
        row = (await self._conn.execute(_OF_CODE, {"of_code": code})).one_or_none()
        return None if row is None else rule_of(row)

    async def publish(self, grant: TenantGrant, rule: OverflowRuleView, *, release: int) -> None:
        """Close the version in force and open this one. Raises ChangedMeanwhile or IdTaken.

        release  its number
        """
        grant.must_carry_everywhere(Permission.RULE_PUBLISH)
        closing = {"of_code": rule.code, "until": rule.active_from, "by_release": release}
        before = (await self._conn.execute(_CLOSE_RULE, closing)).one_or_none()
        told = _told(rule)
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

    async def retire(
        self, grant: TenantGrant, rule: OverflowRuleView, at: datetime, *, release: int
    ) -> None:
        """End the version in force, without another in its place. Raises RuleEnded.

        release  its number
        """
        grant.must_carry_everywhere(Permission.RULE_PUBLISH)
        ending = {
            "of_rule": rule.rule_id,
            "until": at,
            "by": self._tx.source().actor,
            "by_release": release,
        }
        if await self._conn.scalar(_RETIRE, ending) is None:
            raise RuleEnded(detail=str(rule.rule_id))
        self._tx.record(
            f"rule:{self._tenant_id}:{rule.code}",
            "retired",
            {name: (value, None) for name, value in _told(rule).items()},
            plant_id=None,
        )


def _told(rule: OverflowRuleView) -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "name": rule.name,
        "version": rule.version,
        "priority": rule.priority,
        "regions": list(rule.regions),
        "channels": list(rule.channels),
        "chain": list(rule.chain),
        "safety_test": rule.safety_test,
        "condition": rule.condition,
        "max_locations": rule.max_locations,
        "max_distance_km": rule.max_distance_km,
        "sla_hours": rule.sla_hours,
    }


def rule_of(row: Row[Any]) -> OverflowRuleView:
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
        condition=row.condition,
        max_locations=row.max_locations,
        max_distance_km=row.max_distance_km,
        sla_hours=row.sla_hours,
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

"""Which rules made a decision what it is, and who answers for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.fields import counted
from hedgerow.contracts.routing import RuleTraceView, RuleUse, TraceRules
from hedgerow.contracts.values import DecisionId, OrderId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    column,
    func,
    lateral,
    literal,
    select,
    true,
)

from hedgerow_routing.store.decision_tables import decisions
from hedgerow_routing.store.tables import (
    fences,
    overflow_rules,
    plants,
    routing_limits,
)

MOST_ORDERS = 1000
MOST_COUNTED = 1000
MOST_SIBLINGS = 20
UNKNOWN = "unknown"  # who published what is from before that was kept

_LATEST = {
    "latest_version": "version",
    "latest_by": "published_by",
    "latest_at": "active_from",
}
_IDS = bindparam("ids", type_=ARRAY(Uuid))


def _with_latest(
    table: FromClause, key: ColumnElement[bool], *same: str, more: Iterable[Any] = ()
) -> Select[Any]:
    """Versions that `key` finds, each with the one of the same name that is in force now; with
    itself where that was removed."""
    latest: Any = table.alias("latest")
    same_name = [latest.c[name] == table.c[name] for name in ("tenant_id", *same)]
    return (
        select(
            table,
            *more,
            *(
                case((latest.c.version.is_(None), table.c[name]), else_=latest.c[name]).label(label)
                for label, name in _LATEST.items()
            ),
        )
        .outerjoin(latest, and_(latest.c.active_to.is_(None), *same_name))
        .where(key)
    )


_NEWEST = overflow_rules.alias("newest")
_LAST = (
    select(_NEWEST)
    .where(
        _NEWEST.c.tenant_id == overflow_rules.c.tenant_id, _NEWEST.c.code == overflow_rules.c.code
    )
    .order_by(_NEWEST.c.version.desc())
    .limit(1)
    .lateral("latest")
)
_RETIRED = _LAST.c.retired_by.is_not(None)
# A rule that was retired has had its last change then, and it counts as a version.
_RULES = (
    select(
        overflow_rules,
        (_LAST.c.version + case((_RETIRED, 1), else_=0)).label("latest_version"),
        func.coalesce(_LAST.c.retired_by, _LAST.c.published_by).label("latest_by"),
        case((_RETIRED, _LAST.c.active_to), else_=_LAST.c.active_from).label("latest_at"),
    )
    .join(_LAST, true())
    .where(overflow_rules.c.rule_id == any_(_IDS))
)
_FENCES = _with_latest(
    fences,
    fences.c.fence_id == any_(_IDS),
    *("plant_id", "kind", "name"),
    more=[
        select(plants.c.code)
        .where(plants.c.tenant_id == fences.c.tenant_id, plants.c.plant_id == fences.c.plant_id)
        .scalar_subquery()
        .label("plant_code")
    ],
)
_LIMITS = _with_latest(
    routing_limits, routing_limits.c.version == any_(bindparam("versions", type_=ARRAY(Integer)))
)


@answers_along("order_ids")
async def trace_rules(query: TraceRules, tx: Transaction) -> tuple[RuleTraceView | None, ...]:
    """Eight statements at most, however many orders. Limits that nobody ever set are not named."""
    counted(query.order_ids, "order_ids", least=0, most=MOST_ORDERS)
    mine = readable(tx.caller, decisions.c.plant_id, Permission.DECISION_READ)
    ids = literal(list(query.order_ids), ARRAY(Uuid))
    found = (
        await tx.conn.execute(select(decisions).where(decisions.c.order_id == any_(ids), mine))
    ).all()
    rules = await _uses(tx, found, decisions.c.rule_id, _RULES, "OVERFLOW_RULE")
    areas = await _uses(tx, found, decisions.c.fence_id, _FENCES, "FENCE")
    limits = await _uses(tx, found, decisions.c.limits_version, _LIMITS, "ROUTING_LIMITS")
    siblings = await _siblings(tx, [row.rule_id for row in found if row.rule_id is not None])
    traces = {
        row.order_id: RuleTraceView(
            decision_id=DecisionId(row.decision_id),
            order_id=OrderId(row.order_id),
            decided_at=row.decided_at,
            rules=tuple(
                use
                for use in (
                    areas.get(row.fence_id),
                    limits.get(row.limits_version),
                    rules.get(row.rule_id),
                )
                if use is not None
            ),
            siblings=_others(siblings.get(row.rule_id, ()), row.order_id),
        )
        for row in found
    }
    return tuple(traces.get(order_id) for order_id in query.order_ids)


async def _uses(
    tx: Transaction, found: Sequence[Row[Any]], by: Column[Any], versions: Select[Any], kind: str
) -> dict[Any, RuleUse]:
    """By the value of `by`, the column of `decisions` that names the version."""
    wanted = sorted({getattr(row, by.name) for row in found} - {None})
    if not wanted:
        return {}
    given = {"versions" if kind == "ROUTING_LIMITS" else "ids": wanted}
    rows = (await tx.conn.execute(versions, given)).all()
    counted_rows = await tx.conn.execute(_counted(tx.caller, by, wanted))
    counts = {each: number for each, number in counted_rows}
    key = "version" if kind == "ROUTING_LIMITS" else f"{by.name}"
    return {getattr(row, key): _use(row, kind, counts.get(getattr(row, key), 0)) for row in rows}


def _counted(caller: Caller, by: Column[Any], wanted: Sequence[Any]) -> Select[Any]:
    """How many decisions of the caller's plants name each of `wanted`, up to MOST_COUNTED."""
    given = _given(by, wanted)
    some = (
        select(literal(1).label("one"))
        .select_from(decisions)
        .where(
            by == given.c.each,
            by.is_not(None),
            readable(caller, decisions.c.plant_id, Permission.DECISION_READ),
        )
        .limit(MOST_COUNTED)
        .lateral("some")
    )
    return select(given.c.each, func.count(some.c.one)).join(some, true()).group_by(given.c.each)


async def _siblings(tx: Transaction, rule_ids: Sequence[UUID]) -> dict[UUID, list[OrderId]]:
    """The newest orders that each rule decided, one more than are told."""
    wanted = sorted(set(rule_ids))
    if not wanted:
        return {}
    given = _given(decisions.c.rule_id, wanted)
    newest = lateral(
        select(decisions.c.order_id, decisions.c.decided_at)
        .where(
            decisions.c.rule_id == given.c.each,
            decisions.c.rule_id.is_not(None),
            readable(tx.caller, decisions.c.plant_id, Permission.DECISION_READ),
        )
        .order_by(decisions.c.decided_at.desc(), decisions.c.order_id)
        .limit(MOST_SIBLINGS + 1)
    ).alias("newest")
    listed: defaultdict[UUID, list[OrderId]] = defaultdict(list)
    rows = await tx.conn.execute(
        select(given.c.each, newest.c.order_id)
        .join(newest, true())
        .order_by(given.c.each, newest.c.decided_at.desc(), newest.c.order_id)
    )
    for rule_id, order_id in rows:
        listed[rule_id].append(OrderId(order_id))
    return listed


def _given(by: Column[Any], wanted: Sequence[Any]) -> Any:
    values = literal(list(wanted), ARRAY(by.type))
    return func.unnest(values).table_valued(column("each", by.type), name="given").render_derived()


def _others(orders: Iterable[OrderId], order_id: UUID) -> tuple[OrderId, ...]:
    return tuple(each for each in orders if each != order_id)[:MOST_SIBLINGS]


def _use(row: Row[Any], kind: str, decided: int) -> RuleUse:
    code = {"OVERFLOW_RULE": "code", "FENCE": "plant_code"}.get(kind)
    return RuleUse(
        kind=kind,
        code="LIMITS" if code is None else getattr(row, code),
        name=f"{row.max_distance_km:g} km" if kind == "ROUTING_LIMITS" else row.name,
        version=row.version,
        published_by=row.published_by or UNKNOWN,
        published_at=row.active_from,
        latest_version=row.latest_version,
        latest_by=row.latest_by or UNKNOWN,
        latest_at=row.latest_at,
        decisions=decided,
    )

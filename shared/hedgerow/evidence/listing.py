"""Looking evidence up: by aggregate, order, customer, article, plant, actor and time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    false,
    func,
    literal,
    select,
    tuple_,
)

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.evidence import (
    EvidencePart,
    EvidencePlace,
    EvidenceWhere,
    EvidenceWindow,
    ListEvidence,
)
from hedgerow.contracts.fields import counted, instant, one_line
from hedgerow.evidence.entry import entry_of
from hedgerow.evidence.tables import EvidenceTables
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from hedgerow.transaction.windows import LARGEST_PAGE, BadPageSize

MOST_VALUES = 100
MOST_COUNTED = 10_000
TEXT_LENGTH = 300

Condition = ColumnElement[bool]
Lister = Callable[[ListEvidence, Transaction], Awaitable[EvidencePart]]


@dataclass(frozen=True, slots=True)
class EvidenceSources:
    """Which of a service's chains concern an order, a customer, an article: selects of one column,
    the names of streams. None where the service knows no such thing."""

    of_order: Callable[[UUID], Select[Any]]
    of_customer: Callable[[str], Select[Any]] | None
    of_sku: Callable[[str], Select[Any]] | None


def evidence_lister(owner: str, tables: EvidenceTables, sources: EvidenceSources) -> Lister:
    """The handler of the owner's ListEvidence query."""

    async def list_evidence(query: ListEvidence, tx: Transaction) -> EvidencePart:
        """Newest first, of plants where the caller may read evidence. Raises Invalid."""
        window = _checked(query.window)
        entries = _entries(tables, tx.caller, _conditions(query.where, tables, sources))
        rows = (await tx.conn.execute(_within(entries, window, owner, tables))).all()
        more = len(rows) > window.size
        rows = rows[: window.size]
        total = None
        if window.total:
            some = entries.with_only_columns(literal(1), maintain_column_froms=True)
            counting = select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())
            total = int((await tx.conn.execute(counting)).scalar_one())
        found = tuple(entry_of(owner, row) for row in (rows[::-1] if window.backward else rows))
        return EvidencePart(entries=found, more=more, total=total)

    return list_evidence


def _checked(window: EvidenceWindow) -> EvidenceWindow:
    if not 1 <= window.size <= LARGEST_PAGE:
        raise BadPageSize(
            f"A page has 1 to {LARGEST_PAGE} entries.",
            f"每页须为 1 至 {LARGEST_PAGE} 条",
            field="window.size",
        )
    return window


def _entries(
    tables: EvidenceTables, caller: Caller, conditions: Sequence[Condition]
) -> Select[Any]:
    entries, heads = tables.entries.c, tables.heads.c
    same = and_(heads.tenant_id == entries.tenant_id, heads.stream == entries.stream)
    return (
        select(
            entries.stream,
            entries.seq,
            entries.at,
            entries.body,
            entries.hash,
            heads.plant_id,
        )
        .join(tables.heads, same)
        .where(readable(caller, heads.plant_id, Permission.EVIDENCE_READ), *conditions)
    )


def _within(
    entries: Select[Any], window: EvidenceWindow, owner: str, tables: EvidenceTables
) -> Select[Any]:
    """The window and one entry more, in the direction in which it is counted."""
    c = tables.entries.c
    key = tuple_(c.at, literal(owner, Text(collation="C")), c.stream, c.seq)
    if window.after is not None:
        entries = entries.where(c.at <= window.after.at, key < _bound(window.after))
    if window.before is not None:
        entries = entries.where(c.at >= window.before.at, key > _bound(window.before))
    order = (c.at, c.stream, c.seq)
    falling = not window.backward
    return entries.order_by(*(each.desc() if falling else each.asc() for each in order)).limit(
        window.size + 1
    )


def _bound(place: EvidencePlace) -> Any:
    return tuple_(
        literal(instant(place.at, "window")),
        literal(one_line(place.owner, "window", most=TEXT_LENGTH)),
        literal(one_line(place.stream, "window", most=TEXT_LENGTH)),
        literal(place.seq),
    )


def _conditions(
    where: EvidenceWhere, tables: EvidenceTables, sources: EvidenceSources
) -> list[Condition]:
    """Raises BadCount, BadText, BadTime."""
    c = tables.entries.c
    found: list[Condition] = []
    if where.streams:
        found.append(c.stream == any_(literal(_texts(where.streams, "streams"), ARRAY(Text))))
    if where.order_id is not None:
        found.append(c.stream.in_(sources.of_order(where.order_id)))
    if where.customer is not None:
        found.append(_about(c.stream, sources.of_customer, where.customer, "where.customer"))
    if where.sku is not None:
        found.append(_about(c.stream, sources.of_sku, where.sku, "where.sku"))
    if where.plant_ids:
        counted(where.plant_ids, "where.plant_ids", most=MOST_VALUES)
        plants = literal(list(where.plant_ids), ARRAY(Uuid))
        found.append(tables.heads.c.plant_id == any_(plants))
    if where.actors:
        found.append(c.actor == any_(literal(_texts(where.actors, "actors"), ARRAY(Text))))
    if where.since is not None:
        found.append(c.at >= instant(where.since, "where.since"))
    if where.before is not None:
        found.append(c.at < instant(where.before, "where.before"))
    return found


def _about(
    stream: Any, source: Callable[[str], Select[Any]] | None, value: str, field: str
) -> Condition:
    if source is None:
        return false()
    return stream.in_(source(one_line(value, field, most=TEXT_LENGTH)))  # type: ignore[no-any-return]


def _texts(values: Sequence[str], name: str) -> list[str]:
    counted(values, f"where.{name}", most=MOST_VALUES)
    return [
        one_line(value, f"where.{name}.{position}", most=TEXT_LENGTH)
        for position, value in enumerate(values)
    ]

"""The last change of each key, up to a release and since."""

from __future__ import annotations

from typing import Any

from hedgerow.contracts.releases import Change
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    Column,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on

from hedgerow_routing.domain.release import decoded

from .release_tables import releases
from .tables import fences, overflow_rules, routing_limits

_CHANGED = (
    func.unnest(releases.c.change_keys)
    .table_valued(column("key", Text), name="changed")
    .render_derived()
)
_KEY = _CHANGED.c.key
_LAST = (
    select(_KEY, releases.c.changes)
    .select_from(releases)
    .join(_CHANGED, true())
    .ext(distinct_on(_KEY))
    .order_by(_KEY, releases.c.number.desc())
)
_SINCE = _LAST.where(releases.c.number > bindparam("of_number"))
_THEN = _LAST.where(
    releases.c.number <= bindparam("of_number"),
    _KEY == any_(bindparam("keys", type_=ARRAY(Text))),
)
_FIRST = select(releases.c.number).where(releases.c.number == bindparam("of_number"))


def _old(table: Table, *columns: Column[Any]) -> Select[Any]:
    """Versions without a release of their own that were closed after one."""
    return select(*columns).where(
        table.c.release_from.is_(None), table.c.release_to > bindparam("of_number")
    )


_OLD_FENCES = _old(fences, fences.c.plant_id, fences.c.kind, fences.c.name)
_OLD_RULES = _old(overflow_rules, overflow_rules.c.code)
_OLD_LIMITS = _old(routing_limits, routing_limits.c.version)


class RollbackStore:
    """Only reads. Takes the reach of the whole tenant."""

    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn

    async def unnumbered(self, number: int) -> set[str]:
        """Keys of what held by that release and was published before releases were numbered."""
        given = {"of_number": number}
        areas = await self._conn.execute(_OLD_FENCES, given)
        rules = await self._conn.scalars(_OLD_RULES, given)
        keys = {f"FENCE:{plant_id}:{kind}:{name}" for plant_id, kind, name in areas}
        keys |= {f"RULE:{code}" for code in rules}
        if await self._conn.scalar(_OLD_LIMITS, given) is not None:
            keys.add("LIMITS")
        return keys

    async def was_published(self, number: int) -> bool:
        return await self._conn.scalar(_FIRST, {"of_number": number}) is not None

    async def last_changes(self, number: int) -> tuple[dict[str, Change], dict[str, Change]]:
        """By key: those up to `number`, and those since, of keys that were changed since."""
        since = {
            key: _of_key(key, changes)
            for key, changes in await self._conn.execute(_SINCE, {"of_number": number})
        }
        wanted = {"of_number": number, "keys": list(since)}
        then = {
            key: _of_key(key, changes) for key, changes in await self._conn.execute(_THEN, wanted)
        }
        return then, since


def _of_key(key: str, changes: Any) -> Change:
    return next(each for each in decoded(changes) if each.key == key)

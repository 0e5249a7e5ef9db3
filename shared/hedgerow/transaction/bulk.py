"""One statement for many rows, however many: its parameters are one array a column.

The statement's text never changes, so PostgreSQL and the driver prepare it once, and SQLAlchemy
compiles it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    CursorResult,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

Rows = Iterable[Mapping[str, Any]]


class UnequalRows(ValueError):
    """A column that was declared to be the same in all rows is not."""


class BulkInsert:
    """`insert into table (columns) select … from unnest(…)`.

    columns            what the rows give; the others take their defaults
    same               those of them that are equal in all rows of a call: sent once, not as an
                       array; at least one other is needed
    ignore_conflicts   leave rows out that break a unique key
    returning          columns to return, in no promised order
    """

    def __init__(
        self,
        table: Table,
        *columns: str,
        same: Sequence[str] = (),
        ignore_conflicts: bool = False,
        returning: Sequence[str] = (),
    ) -> None:
        self._table = table
        self._given = _Given(table, columns, same)
        statement = insert(table).from_select(list(columns), select(*self._given.values()))
        if ignore_conflicts:
            statement = statement.on_conflict_do_nothing()
        self._statement: Any = statement
        if returning:
            self._statement = statement.returning(*(table.c[name] for name in returning))

    async def __call__(self, conn: AsyncConnection, rows: Rows) -> CursorResult[Any] | None:
        """None when there are no rows: then nothing is sent. Raises UnequalRows."""
        return await _execute(conn, self._statement, self._given.parameters(rows))

    def upserting(
        self,
        *,
        key: Sequence[str],
        set: Sequence[str],
        add: Sequence[str] = (),
        only_if: Callable[[Any, Any], ColumnElement[bool]] | None = None,
        returning: Sequence[str] = (),
    ) -> BulkInsert:
        """The same rows, with `on conflict (key) do update set …`.

        add      columns to which the new row's value is added
        only_if  (old row, new row) -> condition; rows for which it is false stay as they are and
                 are not returned
        """
        statement = insert(self._table).from_select(
            list(self._given.names), select(*self._given.values())
        )
        old, new = self._table.c, statement.excluded
        upsert = statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: new[name] for name in set} | {name: old[name] + new[name] for name in add},
            where=only_if(old, new) if only_if is not None else None,
        )
        other = copy(self)
        other._statement = (
            upsert.returning(*(old[name] for name in returning)) if returning else upsert
        )
        return other


class BulkUpdate:
    """`update table set … from unnest(…) where keys are equal`.

    key        columns that find the row; each row of parameters should find at most one
    set        columns that take the given value
    add        columns to which the given value is added
    same       those of all these that are equal in all rows of a call, as for BulkInsert
    returning  columns to return, in no promised order; count them to see whether all were found
    """

    def __init__(
        self,
        table: Table,
        *,
        key: Sequence[str],
        set: Sequence[str] = (),
        add: Sequence[str] = (),
        same: Sequence[str] = (),
        returning: Sequence[str] = (),
    ) -> None:
        self._given = _Given(table, (*key, *set, *add), same)
        new = {name: self._given.value(name) for name in set}
        new |= {name: table.c[name] + self._given.value(name) for name in add}
        statement = update(table).values(new)
        for name in key:
            statement = statement.where(table.c[name] == self._given.value(name))
            if name not in ("tenant_id", *same):
                # Said twice so that the index is entered by the key: in a table without
                # statistics yet the planner would walk all rows of the tenant instead.
                statement = statement.where(table.c[name] == any_(self._given.array(name)))
        self._statement: Any = statement
        if returning:
            self._statement = statement.returning(*(table.c[name] for name in returning))

    async def __call__(self, conn: AsyncConnection, rows: Rows) -> CursorResult[Any] | None:
        """None when there are no rows: then nothing is sent. Raises UnequalRows."""
        return await _execute(conn, self._statement, self._given.parameters(rows))


class _Given:
    """The rows that are given, as a table expression `given` over array parameters, and beside it
    one parameter for each column that is the same in all."""

    def __init__(self, table: Table, names: Sequence[str], same: Sequence[str]) -> None:
        self.names = list(names)
        self._columns: dict[str, Column[Any]] = {name: table.c[name] for name in names}
        self._same = {name: self._columns[name] for name in same}
        self._differ = {name: c for name, c in self._columns.items() if name not in same}
        self._source: TableValuedAlias = (
            func.unnest(*(self.array(name) for name in self._differ))
            .table_valued(
                *(column(name, _sent_as(each.type)) for name, each in self._differ.items()),
                name="given",
            )
            .render_derived()
        )

    def array(self, name: str) -> BindParameter[Any]:
        """All values given for a column that may differ."""
        return bindparam(f"p_{name}", type_=ARRAY(_sent_as(self._differ[name].type)))

    def value(self, name: str) -> ColumnElement[Any]:
        kind = self._columns[name].type
        sent: ColumnElement[Any] = (
            bindparam(f"p_{name}", type_=_sent_as(kind))
            if name in self._same
            else self._source.c[name]
        )
        return cast(sent, kind) if isinstance(kind, JSONB) else sent

    def values(self) -> list[ColumnElement[Any]]:
        return [self.value(name) for name in self._columns]

    def parameters(self, rows: Rows) -> dict[str, Any] | None:
        rows = list(rows)
        if not rows:
            return None
        once = {f"p_{n}": _sent(_shared(rows, n), each) for n, each in self._same.items()}
        return once | {
            f"p_{name}": [_json(row[name]) for row in rows]
            if isinstance(each.type, JSONB)
            else [row[name] for row in rows]
            for name, each in self._differ.items()
        }


def _shared(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    value = rows[0][name]
    for row in rows:
        if row[name] is not value and row[name] != value:
            raise UnequalRows(f"{name}: {value!r} and {row[name]!r}")
    return value


async def _execute(
    conn: AsyncConnection, statement: Any, parameters: Mapping[str, Any] | None
) -> CursorResult[Any] | None:
    if parameters is None:
        return None
    result: CursorResult[Any] = await conn.execute(statement, parameters)
    return result


def _sent_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, JSONB) else kind


def _sent(value: Any, into: Column[Any]) -> Any:
    return _json(value) if isinstance(into.type, JSONB) else value


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()

"""Windows into long lists, by keyset: a cursor holds the sort key of one row.

Source: GraphQL Cursor Connections Specification, "Pagination algorithm".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Column, Row, Select, func, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.contracts.values import Page
from hedgerow.errors import Invalid

LARGEST_PAGE = 100
LONGEST_CURSOR = 1000

Columns = Sequence[Column[Any]]


class BadPageSize(Invalid):
    code = "PAGE_SIZE"


class BadCursor(Invalid):
    code = "CURSOR"


@dataclass(frozen=True, slots=True)
class Part:
    """What a window shows, in the order of the list. total is None unless it was asked for."""

    rows: Sequence[Row[Any]]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


async def windowed(
    conn: AsyncConnection,
    matching: Select[Any],
    page: Page,
    by: Columns,
    *,
    descending: bool = False,
) -> Part:
    """The window that `page` describes. One statement; a second one for the total.

    matching    selects the whole list, unsorted
    by          columns of it, unique together: they sort the list and make its cursors
    descending  the list starts with the greatest
    Forward, there is something before when there is an `after`, and the other way round; whether
    it is still there is not looked up. Raises BadPageSize, BadCursor.
    """
    window = Window.of(page, by)
    found = (await conn.execute(window.over(matching, by, descending=descending))).all()
    more = len(found) > window.size
    rows = found[: window.size]
    if window.backward:
        rows = rows[::-1]
    return Part(
        rows=rows,
        cursors=tuple(cursor(*(row._mapping[column] for column in by)) for row in rows),
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else window.after is not None,
        total=await _count(conn, matching) if page.total else None,
    )


@dataclass(frozen=True, slots=True)
class Window:
    """after and before are exclusive; backward counts `size` from the end."""

    size: int
    backward: bool
    after: Sequence[Any] | None
    before: Sequence[Any] | None

    @classmethod
    def of(cls, page: Page, by: Columns) -> Window:
        """Into a list with the sort key `by`. Raises BadPageSize, BadCursor."""
        field, size = ("page.last", page.last) if page.first is None else ("page.first", page.first)
        if (page.first is None) == (page.last is None):
            field, size = "page.first", None
        if size is None or not 1 <= size <= LARGEST_PAGE:
            raise BadPageSize(
                f"Exactly one of first and last is needed, 1 to {LARGEST_PAGE}.",
                f"first 与 last 必须且只能给出一个，取值 1 至 {LARGEST_PAGE}",
                field=field,
            )
        return cls(
            size=size,
            backward=page.first is None,
            after=_read(page.after, by, "page.after"),
            before=_read(page.before, by, "page.before"),
        )

    def over(self, matching: Select[Any], by: Columns, *, descending: bool = False) -> Select[Any]:
        """The rows of this window and one more, in the direction in which they are counted."""
        key = tuple_(*by)
        for place, later in ((self.after, True), (self.before, False)):
            if place is not None:
                bound = tuple_(*(literal(v, c.type) for v, c in zip(place, by, strict=True)))
                matching = matching.where(key > bound if later != descending else key < bound)
        falling = self.backward != descending
        order = [column.desc() if falling else column.asc() for column in by]
        return matching.order_by(*order).limit(self.size + 1)


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


async def _count(conn: AsyncConnection, matching: Select[Any]) -> int:
    counted = matching.with_only_columns(func.count(), maintain_column_froms=True)
    return int((await conn.execute(counted)).scalar_one())


def _read(text: str | None, by: Columns, field: str) -> Sequence[Any] | None:
    if text is None:
        return None
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key = msgspec.json.decode(raw, type=tuple[tuple(map(_kind, by))])  # type: ignore[misc]
        return tuple(map(_checked, key))
    except (msgspec.MsgspecError, binascii.Error, ValueError, OverflowError) as wrong:
        raise BadCursor(
            "This cursor was not made for this list.", "游标无效", field=field
        ) from wrong


def _kind(column: Column[Any]) -> Any:
    """What a cursor may hold for it."""
    kind = column.type.python_type
    if kind is int:
        return Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    return Annotated[datetime, Meta(tz=True)] if kind is datetime else kind


def _checked(value: Any) -> Any:
    """Raises ValueError or OverflowError for what PostgreSQL cannot compare with."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("NUL")
    return value.astimezone(UTC) if isinstance(value, datetime) else value

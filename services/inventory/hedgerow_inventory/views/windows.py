"""Windows into long lists, by keyset: a cursor holds the sort key of one row.

Source: GraphQL Cursor Connections Specification, "Pagination algorithm".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from hedgerow.contracts.values import Page
from hedgerow.errors import Invalid
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_

Key = TypeVar("Key", bound=tuple[Any, ...])

LARGEST_PAGE = 100
LONGEST_CURSOR = 1000


class BadPageSize(Invalid):
    code = "PAGE_SIZE"


class BadCursor(Invalid):
    code = "CURSOR"


@dataclass(frozen=True, slots=True)
class Window(Generic[Key]):
    """after and before are exclusive; backward counts `size` from the end."""

    size: int
    backward: bool
    after: Key | None
    before: Key | None

    def over(
        self,
        statement: Select[Any],
        columns: Sequence[ColumnElement[Any]],
        *,
        descending: bool = False,
    ) -> Select[Any]:
        """The rows of this window and one more, in the direction in which they are counted.

        columns     unique together; they sort the list
        descending  the list starts with the greatest
        """
        key = tuple_(*columns)
        for cursor, later in ((self.after, True), (self.before, False)):
            if cursor is not None:
                bound = tuple_(*(literal(v, c.type) for v, c in zip(cursor, columns, strict=True)))
                beyond = key > bound if later != descending else key < bound
                statement = statement.where(beyond)
        falling = self.backward != descending
        order = [column.desc() if falling else column.asc() for column in columns]
        return statement.order_by(*order).limit(self.size + 1)

    def cut(self, rows: Sequence[Row[Any]]) -> Cut:
        more = len(rows) > self.size
        kept = list(rows[: self.size])
        if self.backward:
            return Cut(kept[::-1], has_next=self.before is not None, has_previous=more)
        return Cut(kept, has_next=more, has_previous=self.after is not None)


@dataclass(frozen=True, slots=True)
class Cut:
    """rows  in the order of the list"""

    rows: list[Row[Any]]
    has_next: bool
    has_previous: bool


def window(page: Page, key: type[Key]) -> Window[Key]:
    """key  a tuple type: what the cursors of this list hold. Raises BadPageSize, BadCursor."""
    field, size = ("page.last", page.last) if page.first is None else ("page.first", page.first)
    if (page.first is None) == (page.last is None):
        field, size = "page.first", None
    if size is None or not 1 <= size <= LARGEST_PAGE:
        raise BadPageSize(
            f"Exactly one of first and last is needed, 1 to {LARGEST_PAGE}.",
            f"first 与 last 必须且只能给出一个，取值 1 至 {LARGEST_PAGE}",
            field=field,
        )
    decoder = msgspec.json.Decoder(key)
    return Window(
        size=size,
        backward=page.first is None,
        after=_read(page.after, decoder, "page.after"),
        before=_read(page.before, decoder, "page.before"),
    )


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _read(text: str | None, decoder: msgspec.json.Decoder[Key], field: str) -> Key | None:
    if text is None:
        return None
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        read = decoder.decode(raw)
        if any("\0" in part for part in read if isinstance(part, str)):
            raise ValueError("NUL")
    except (msgspec.MsgspecError, binascii.Error, ValueError) as wrong:
        raise BadCursor(
            "This cursor was not made for this list.", "游标无效", field=field
        ) from wrong
    return read

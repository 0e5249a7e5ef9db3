"""Windows into the list of orders: cursors, and what a page may ask for.

A cursor is the place of an order in the list: when it was placed, and its id for those placed at
the same instant. It stays good whatever happens to that order.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hedgerow.contracts.values import OrderId, Page
from hedgerow.errors import Invalid

MOST = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BYTES = 24
_LENGTH = 32


class BadPageSize(Invalid):
    code = "PAGE_SIZE"


class BadCursor(Invalid):
    code = "CURSOR"

    def __init__(self, *, field: str) -> None:
        super().__init__(
            "This cursor does not come from this list.", "游标无效，并非来自此列表", field=field
        )


@dataclass(frozen=True, slots=True)
class Place:
    placed_at: datetime
    id: OrderId

    def cursor(self) -> str:
        at_us = (self.placed_at - _EPOCH) // _MICROSECOND
        return base64.urlsafe_b64encode(
            at_us.to_bytes(8, "big", signed=True) + self.id.bytes
        ).decode()


@dataclass(frozen=True, slots=True)
class Window:
    """size  how many orders to show, from the start or (`backwards`) from the end of what lies
    between `after` and `before`"""

    size: int
    backwards: bool
    after: Place | None
    before: Place | None

    @classmethod
    def of(cls, page: Page) -> Window:
        """Raises BadPageSize, BadCursor."""
        size = page.first if page.last is None else page.last
        if size is None or (page.first is not None and page.last is not None):
            raise BadPageSize(
                "Ask for either the first or the last orders.",
                "须指定 first 或 last 其中之一",
                field="page.first",
            )
        name = "last" if page.first is None else "first"
        if not 1 <= size <= MOST:
            raise BadPageSize(
                f"A page has 1 to {MOST} orders.",
                f"每页须为 1 至 {MOST} 条订单",
                field=f"page.{name}",
            )
        return cls(
            size=size,
            backwards=page.first is None,
            after=None if page.after is None else place(page.after, "page.after"),
            before=None if page.before is None else place(page.before, "page.before"),
        )


def place(cursor: str, field: str) -> Place:
    """What `Place.cursor` wrote. Raises BadCursor."""
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        if len(raw) != _BYTES or len(cursor) != _LENGTH:
            raise BadCursor(field=field)
        at_us = int.from_bytes(raw[:8], "big", signed=True)
        return Place(_EPOCH + at_us * _MICROSECOND, OrderId(UUID(bytes=raw[8:])))
    except (UnicodeEncodeError, binascii.Error, OverflowError) as wrong:
        raise BadCursor(field=field) from wrong

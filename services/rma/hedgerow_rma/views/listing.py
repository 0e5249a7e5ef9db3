"""Pages of returns, newest first, by keyset."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hedgerow.contracts.rma import ListRmas, RmaPage, RmaView, RmaWhere
from hedgerow.contracts.values import Page
from hedgerow.errors import Invalid
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, func, literal, select, tuple_

from hedgerow_rma.store.tables import rmas

from .rmas import readable_plants, views_of

MOST = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})\.([0-9a-f]{32})", re.ASCII)
_KEY = tuple_(rmas.c.requested_at, rmas.c.rma_id)


class PageSize(Invalid):
    code = "PAGE_SIZE"


class BadCursor(Invalid):
    code = "CURSOR"


async def list_rmas(query: ListRmas, tx: Transaction) -> RmaPage:
    """Newest first. Raises PageSize or BadCursor."""
    page, wanted = query.page, _size(query.page)
    conditions = _conditions(query.where, readable_plants(tx.caller))
    window = list(conditions)
    if page.after is not None:
        window.append(_KEY < _position(page.after, "page.after"))
    if page.before is not None:
        window.append(_KEY > _position(page.before, "page.before"))
    forward = page.first is not None
    order = [c.desc() if forward else c.asc() for c in (rmas.c.requested_at, rmas.c.rma_id)]
    found = await tx.conn.execute(select(rmas).where(*window).order_by(*order).limit(wanted + 1))
    rows = list(found)
    more = len(rows) > wanted
    rows = rows[:wanted] if forward else rows[:wanted][::-1]
    views = tuple(await views_of(rows, tx))
    return RmaPage(
        rmas=views,
        cursors=tuple(_cursor(view) for view in views),
        has_next=more if forward else page.before is not None,
        has_previous=page.after is not None if forward else more,
        total=await _count(conditions, tx) if page.total else None,
    )


def _size(page: Page) -> int:
    wanted, field = (page.first, "first") if page.last is None else (page.last, "last")
    if (page.first is None) == (page.last is None) or wanted is None or not 1 <= wanted <= MOST:
        raise PageSize(
            f"Exactly one of `first` and `last` is needed, from 1 to {MOST}.",
            f"first 与 last 须且只能填写一个，取值 1 至 {MOST}",
            field=f"page.{field}",
        )
    return wanted


def _conditions(where: RmaWhere, readable: list[Any] | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if readable is not None:
        conditions.append(rmas.c.plant_id == any_(literal(readable, ARRAY(Uuid))))
    if where.plant_ids:
        conditions.append(rmas.c.plant_id == any_(literal(list(where.plant_ids), ARRAY(Uuid))))
    if where.states:
        conditions.append(rmas.c.state == any_(literal(list(where.states), ARRAY(Text))))
    if where.order_id is not None:
        conditions.append(rmas.c.order_id == where.order_id)
    return conditions


async def _count(conditions: list[ColumnElement[bool]], tx: Transaction) -> int:
    counted = await tx.conn.execute(select(func.count()).select_from(rmas).where(*conditions))
    return counted.scalar_one()


def _cursor(view: RmaView) -> str:
    """Microseconds since 1970 and the id: where the return stands in the list."""
    at_us = (view.requested_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{at_us}.{view.rma_id.hex}".encode()).decode()


def _position(cursor: str, field: str) -> Any:
    try:
        text = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode()
    except ValueError:
        text = ""
    read = _CURSOR.fullmatch(text)
    if read is None:
        raise BadCursor(
            "The cursor was not made by this list.", "游标不是由本列表产生的", field=field
        )
    at = _EPOCH + timedelta(microseconds=int(read[1]))
    return tuple_(literal(at, rmas.c.requested_at.type), literal(UUID(read[2]), Uuid))

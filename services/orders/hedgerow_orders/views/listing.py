"""The list of orders, by when they were placed; those placed at the same instant by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hedgerow.contracts.orders import ListOrders, OrderPage, OrderSort
from hedgerow.transaction import Transaction
from sqlalchemy import ColumnElement, Row, exists, func, literal, select, tuple_

from hedgerow_orders.store.tables import orders

from .order import with_lines
from .pages import Place, Window
from .where import Condition, conditions

_KEY = tuple_(orders.c.placed_at, orders.c.id)


async def list_orders(query: ListOrders, tx: Transaction) -> OrderPage:
    """One statement for the orders, one for all their lines; one more each for the count and for
    what lies beyond a cursor, when they are needed."""
    window = Window.of(query.page)
    listing = _Listing(
        tx, conditions(query.where, tx.caller), query.sort is OrderSort.PLACED_AT_ASC
    )
    found = await listing.window(window)
    more = len(found) > window.size
    shown = found[: window.size]
    if window.backwards:
        shown.reverse()
        has_next = await listing.any_from(window.before)
        has_previous = more or await listing.any_to(window.after)
    else:
        has_next = more or await listing.any_from(window.before)
        has_previous = await listing.any_to(window.after)
    return OrderPage(
        orders=await with_lines(shown, tx),
        cursors=tuple(Place(row.placed_at, row.id).cursor() for row in shown),
        has_next=has_next,
        has_previous=has_previous,
        total=await listing.count() if query.page.total else None,
    )


@dataclass(frozen=True, slots=True)
class _Listing:
    """All orders for which `where` holds, in ascending or descending order of their places."""

    tx: Transaction
    where: Sequence[Condition]
    ascending: bool

    async def window(self, window: Window) -> list[Row[Any]]:
        """Up to one more than fit, from the end that is shown first."""
        statement = select(orders).where(*self.where).limit(window.size + 1)
        if window.after is not None:
            after = _place(window.after)
            statement = statement.where(_KEY > after if self.ascending else _KEY < after)
        if window.before is not None:
            before = _place(window.before)
            statement = statement.where(_KEY < before if self.ascending else _KEY > before)
        if self.ascending is not window.backwards:
            statement = statement.order_by(orders.c.placed_at, orders.c.id)
        else:
            statement = statement.order_by(orders.c.placed_at.desc(), orders.c.id.desc())
        return list(await self.tx.conn.execute(statement))

    async def any_from(self, place: Place | None) -> bool:
        """Does an order lie at `place` or after it?"""
        if place is None:
            return False
        at = _place(place)
        return await self._any(_KEY >= at if self.ascending else _KEY <= at)

    async def any_to(self, place: Place | None) -> bool:
        """Does an order lie at `place` or before it?"""
        if place is None:
            return False
        at = _place(place)
        return await self._any(_KEY <= at if self.ascending else _KEY >= at)

    async def count(self) -> int:
        statement = select(func.count()).select_from(orders).where(*self.where)
        return (await self.tx.conn.execute(statement)).scalar_one()

    async def _any(self, beyond: Condition) -> bool:
        statement = select(exists().where(*self.where, beyond))
        return bool((await self.tx.conn.execute(statement)).scalar_one())


def _place(place: Place) -> ColumnElement[Any]:
    return tuple_(
        literal(place.placed_at, orders.c.placed_at.type), literal(place.id, orders.c.id.type)
    )

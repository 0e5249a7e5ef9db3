"""The list of orders, by when they were placed; those placed at the same instant by id."""

from __future__ import annotations

from hedgerow.contracts.orders import ListOrders, OrderPage, OrderSort
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from sqlalchemy import select

from hedgerow_orders.store.tables import orders

from .order import with_lines
from .where import conditions


async def list_orders(query: ListOrders, tx: Transaction) -> OrderPage:
    """One statement for the orders, one for all their lines, and one for the count if needed."""
    part = await windowed(
        tx.conn,
        select(orders).where(*conditions(query.where, tx.caller)),
        query.page,
        by=(orders.c.placed_at, orders.c.id),
        descending=query.sort is OrderSort.PLACED_AT_DESC,
    )
    return OrderPage(
        orders=await with_lines(part.rows, tx),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )

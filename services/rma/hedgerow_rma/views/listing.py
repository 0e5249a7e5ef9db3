"""Pages of returns, newest first, by keyset."""

from __future__ import annotations

from collections.abc import Iterator

from hedgerow.contracts.rma import ListRmas, RmaPage, RmaWhere
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, literal, select

from hedgerow_rma.store.tables import rmas

from .rmas import allowed, views_of


async def list_rmas(query: ListRmas, tx: Transaction) -> RmaPage:
    """Newest first. Raises BadPageSize or BadCursor."""
    part = await windowed(
        tx.conn,
        select(rmas).where(allowed(tx.caller), *_conditions(query.where)),
        query.page,
        by=(rmas.c.requested_at, rmas.c.rma_id),
        descending=True,
    )
    return RmaPage(
        rmas=tuple(await views_of(part.rows, tx)),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _conditions(where: RmaWhere) -> Iterator[ColumnElement[bool]]:
    if where.plant_ids:
        yield rmas.c.plant_id == any_(literal(list(where.plant_ids), ARRAY(Uuid)))
    if where.states:
        yield rmas.c.state == any_(literal(list(where.states), ARRAY(Text)))
    if where.order_id is not None:
        yield rmas.c.order_id == where.order_id

"""Calls of the stores of rma."""

from __future__ import annotations

from contracts.grants.write import Write, Writes
from hedgerow.auth import Permission
from hedgerow.contracts.rma import RmaState
from hedgerow.contracts.values import RmaId, new_id
from hedgerow.transaction import Transaction
from hedgerow_rma.domain.eligibility import assess, checked_lines
from hedgerow_rma.domain.rma import Rma
from hedgerow_rma.store.delivered_orders import DeliveredOrderStore
from hedgerow_rma.store.rmas import RmaStore
from rma.makers import (
    HEFEI,
    LETTER,
    NINGBO,
    SUZHOU,
    deliver,
    delivered_line,
    delivered_order,
    lines_of,
    order_delivered,
    requested,
)
from worlds import NOON

writes = Writes("rma")


@writes.of("DeliveredOrderStore.add")
async def _(tx: Transaction) -> Write:
    order, store = delivered_order(), DeliveredOrderStore(tx)
    return Write(lambda grant: store.add([(grant, order)]), (Permission.ORDER_ADVANCE,), at=NINGBO)


@writes.of("RmaStore.add")
async def _(tx: Transaction) -> Write:
    event = order_delivered()
    await deliver(tx, event)
    order = await DeliveredOrderStore(tx).get(event.order_id)
    lines = checked_lines(order, lines_of({1: "2"}))
    rma, change = Rma.request(
        RmaId(new_id()),
        order,
        lines,
        "规格不符",
        assess(order, lines, {}, at=NOON),
        LETTER,
        number="RMA20260329-9001",
        by="tester",
        at=NOON,
    )
    return Write(
        lambda grant: RmaStore(tx).add(grant, rma, change), (Permission.RMA_REQUEST,), at=NINGBO
    )


@writes.of("RmaStore.save")
async def _(tx: Transaction) -> Write:
    """What is received is covered by right of the place where it lies: Hefei is of Suzhou."""
    order = order_delivered(delivered_line(1))
    await deliver(tx, order)
    store = RmaStore(tx)
    rma = await store.lock((await requested(tx, order)).rma_id)
    assert rma.state is RmaState.APPROVED
    change = rma.receive(HEFEI, SUZHOU, at=NOON)
    return Write(lambda grant: store.save(grant, rma, change), (Permission.RMA_RECEIVE,), at=SUZHOU)

"""Messages of rma."""

from __future__ import annotations

from contracts.guarded.asked import Stage, at_plant
from hedgerow.contracts.evidence import EvidenceWindow
from hedgerow.contracts.rma import (
    CheckEligibility,
    Disposition,
    InspectReturn,
    ListRmaEvidence,
    ListRmas,
    ReceiveReturn,
    RmasByIds,
    RmasByOrders,
    RmaState,
    VerifyRmaEvidence,
)
from hedgerow.contracts.values import Page
from hedgerow.evidence import EvidenceWriter
from hedgerow.transaction import Transaction
from rma.makers import (
    NINGBO,
    NINGBO_STORE,
    ask,
    decision,
    deliver,
    delivered_line,
    fate,
    lines_of,
    order_delivered,
    received,
    requested,
)

EVIDENCE = EvidenceWindow(size=10, total=True)


async def prepare(tx: Transaction) -> Stage:
    """Delivered orders of the plant, and a return in each state that somebody waits for."""
    order, custom = order_delivered(), order_delivered(delivered_line(1, custom=True))
    await deliver(tx, order, custom)
    in_review = await requested(tx, custom)
    approved = await requested(tx, order, {1: "1"})
    here = await received(tx, await requested(tx, order, {1: "2"}))
    states = (in_review.state, approved.state, here.state)
    assert states == (RmaState.REVIEW, RmaState.APPROVED, RmaState.RECEIVED)
    await EvidenceWriter().write(tx)
    goods = (fate(1, "2", Disposition.RESTOCKED),)
    place = {"location_id": NINGBO_STORE, "location_plant_id": NINGBO}
    return Stage(
        NINGBO,
        [
            at_plant(ask(order, {1: "1"})),
            at_plant(decision(in_review.rma_id)),
            at_plant(ReceiveReturn(rma_id=approved.rma_id, **place)),
            at_plant(InspectReturn(rma_id=here.rma_id, accept=True, lines=goods)),
            at_plant(RmasByIds(ids=(approved.rma_id,))),
            at_plant(RmasByOrders(order_ids=(order.order_id,))),
            at_plant(ListRmas(page=Page(first=10, total=True))),
            at_plant(ListRmaEvidence(window=EVIDENCE)),
            at_plant(VerifyRmaEvidence(order_id=order.order_id)),
            at_plant(CheckEligibility(order_id=order.order_id, lines=lines_of({1: "1"}))),
        ],
    )

"""Returns in each state that somebody waits for."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.evident.step import Part, Step
from hedgerow.contracts.rma import Disposition, InspectReturn, ReceiveReturn
from hedgerow.transaction import Transaction
from rma.makers import (
    HEFEI,
    SUZHOU,
    ask,
    decision,
    deliver,
    delivered_line,
    fate,
    order_delivered,
    received,
    requested,
)


async def prepare(tx: Transaction) -> Sequence[Step]:
    order, custom = order_delivered(), order_delivered(delivered_line(1, custom=True))
    await deliver(tx, order, custom)
    in_review = await requested(tx, custom)
    approved = await requested(tx, order, {1: "1"})
    here = await received(tx, await requested(tx, order, {1: "2"}))
    place = {"location_id": HEFEI, "location_plant_id": SUZHOU}
    goods = (fate(1, "2", Disposition.RESTOCKED),)
    return [
        Step(ask(order, {1: "1"})),
        Step(decision(in_review.rma_id)),
        Step(ReceiveReturn(rma_id=approved.rma_id, **place)),
        Step(InspectReturn(rma_id=here.rma_id, accept=True, lines=goods)),
        Step(order_delivered()),
    ]


PART = Part(
    prepare,
    aggregates={"rmas": "rma", "rma_lines": "rma", "rma_changes": "rma"},
    no_aggregate={
        "delivered_orders": "projection of OrderDelivered, which is of orders",
        "rma_numbers": "a counter; the number stands in the entry of the return it was given to",
    },
)

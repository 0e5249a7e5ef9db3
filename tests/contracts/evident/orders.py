"""Orders in each state that something can still happen to."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.evident.step import Part, Step
from hedgerow.contracts.inventory import KitConfirmed, KitRefused, SkuRegistered
from hedgerow.contracts.orders import AdvanceOrder, CancelOrder, OrderStep
from hedgerow.contracts.routing import OrderUnroutable, UnroutableReason
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction
from hedgerow_orders.handlers.advance_order import advance_order
from orders.makers import (
    DECISION,
    NINGBO,
    assigned,
    locked,
    sku,
    stock_reserved,
    stock_short,
    submit,
    submitted,
)


async def prepare(tx: Transaction) -> Sequence[Step]:
    new = (await submitted(tx)).order_id
    reserved = (await assigned(tx)).order_id
    waiting = (await assigned(tx)).order_id
    await advance_order(AdvanceOrder(order_id=waiting, step=OrderStep.LOCK_KIT), tx)
    kit = (await locked(tx)).order_id
    reason = UnroutableReason.OUT_OF_RANGE
    return [
        Step(submit()),
        Step(CancelOrder(order_id=new, basis=Basis("LETTER", "2026-17"))),
        Step(CancelOrder(order_id=reserved, basis=Basis("LETTER", "2026-18"))),
        Step(AdvanceOrder(order_id=reserved, step=OrderStep.LOCK_KIT)),
        Step(AdvanceOrder(order_id=kit, step=OrderStep.DISPATCH)),
        Step(SkuRegistered(sku=sku("WASHER-8"))),
        Step(OrderUnroutable(decision_id=DECISION, order_id=new, reason=reason)),
        Step(stock_reserved(new)),
        Step(stock_short(new)),
        Step(KitConfirmed(order_id=waiting, plant_id=NINGBO, plan=())),
        Step(KitRefused(order_id=waiting, plant_id=NINGBO, gaps=())),
    ]


PART = Part(
    prepare,
    aggregates={"orders": "order", "order_lines": "order", "order_changes": "order"},
    no_aggregate={
        "order_numbers": "a counter; the number stands in the entry of the order it was given to",
        "known_skus": "projection of SkuRegistered, which is inventory's",
    },
)

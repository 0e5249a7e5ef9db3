"""Messages of orders."""

from __future__ import annotations

from contracts.guarded.asked import Stage, at_plant, somewhere, tenant_wide
from hedgerow.contracts.evidence import EvidenceWindow
from hedgerow.contracts.orders import (
    AdvanceOrder,
    CancelOrder,
    HistoryByOrders,
    ListOrders,
    ListOrdersEvidence,
    OrderByNumber,
    OrdersByIds,
    OrderStep,
    VerifyOrdersEvidence,
)
from hedgerow.contracts.values import Basis, Page
from hedgerow.evidence import EvidenceWriter
from hedgerow.transaction import Transaction
from orders.makers import NINGBO, assigned, submit, submitted

BASIS = Basis("客户来电", "T-17")
EVIDENCE = EvidenceWindow(size=10, total=True)


async def prepare(tx: Transaction) -> Stage:
    """An order of the plant, and one without a plant."""
    order = await assigned(tx, NINGBO)
    unassigned = await submitted(tx)
    await EvidenceWriter().write(tx)
    return Stage(
        NINGBO,
        [
            somewhere(submit()),
            at_plant(CancelOrder(order_id=order.order_id, basis=BASIS)),
            tenant_wide(
                CancelOrder(order_id=unassigned.order_id, basis=BASIS), "no-plant", hidden=True
            ),
            at_plant(AdvanceOrder(order_id=order.order_id, step=OrderStep.LOCK_KIT)),
            at_plant(OrdersByIds(ids=(order.order_id,))),
            tenant_wide(OrdersByIds(ids=(unassigned.order_id,)), "no-plant"),
            at_plant(OrderByNumber(number=order.number)),
            at_plant(ListOrders(page=Page(first=10, total=True))),
            at_plant(HistoryByOrders(ids=(order.order_id,))),
            at_plant(ListOrdersEvidence(window=EVIDENCE)),
            at_plant(VerifyOrdersEvidence(order_id=order.order_id)),
        ],
    )

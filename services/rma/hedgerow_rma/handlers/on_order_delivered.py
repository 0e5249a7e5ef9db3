"""Goods are with the customer: from now on they may come back."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.orders import OrderDelivered
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_rma.domain.delivered_order import DeliveredOrder
from hedgerow_rma.store.delivered_orders import DeliveredOrderStore


@batched()
async def on_order_delivered(events: Sequence[OrderDelivered], tx: Transaction) -> None:
    """Remember what was delivered, and when."""
    await DeliveredOrderStore(tx).add(
        [
            (
                tx.caller.grant(event.plant_id, Permission.ORDER_ADVANCE),
                DeliveredOrder(
                    order_id=event.order_id,
                    number=event.number,
                    plant_id=event.plant_id,
                    customer=event.customer,
                    lines=event.lines,
                    delivered_at=event.delivered_at,
                ),
            )
            for event in events
        ]
    )

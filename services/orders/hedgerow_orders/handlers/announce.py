from __future__ import annotations

from typing import Any

from hedgerow.contracts.message import Message
from hedgerow.contracts.orders import OrderEvent
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.order import Order


def announce(
    tx: Transaction,
    kind: type[OrderEvent],
    order: Order,
    because: Message | None = None,
    **more: Any,
) -> None:
    """Emit `kind` for the change that `order` has just made; `more` is what only this kind holds."""
    event = kind(order_id=order.id, number=order.number, occurred_at=tx.now, **more)
    tx.emit(
        event,
        aggregate=order.aggregate,
        version=order.version,
        plant_id=order.plant_id,
        because=because,
    )

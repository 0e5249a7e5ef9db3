"""How every reaction that changes what an order holds announces it."""

from __future__ import annotations

from hedgerow.contracts.inventory import ReservationEvent
from hedgerow.contracts.message import Event
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.reservation import ReservationSet


def announce(
    tx: Transaction, order: ReservationSet, event: ReservationEvent, because: Event
) -> None:
    """Emit `event` as the newest of the order's reservation aggregate."""
    tx.emit(
        event,
        aggregate=f"reservation:{order.order_id}",
        version=order.version,
        plant_id=order.plant_id,
        because=because,
    )

"""How every reaction that changes what an order holds announces it, and names its cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hedgerow.contracts.inventory import ReservationEvent
from hedgerow.contracts.message import Event
from hedgerow.contracts.orders import OrderEvent
from hedgerow.contracts.routing import OrderRouted
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.reservation import ReservationSet
from hedgerow_inventory.domain.stock import order_reference


def announce(
    tx: Transaction, order: ReservationSet, event: ReservationEvent, because: Event
) -> None:
    """Emit `event` as the newest of the order's reservation aggregate."""
    tx.emit(
        event,
        aggregate=order.aggregate,
        version=order.version,
        plant_id=order.plant_id,
        because=because,
    )


def by_order(events: Iterable[OrderRouted | OrderEvent]) -> Mapping[str, Event]:
    """The events of a batch by the reference of their order, as movements and sets have it."""
    return {order_reference(event.order_id): event for event in events}

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, StockReleased
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.reservation import keys_held
from hedgerow_inventory.store.reservations import ReservationStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .reservation_changed import announce, by_order


@batched()
async def on_orders_cancelled(events: Sequence[OrderCancelled], tx: Transaction) -> None:
    """Give back what the orders hold. One that has not been routed yet is remembered, so that it
    reserves nothing when its routing arrives late."""
    grant = tx.caller.grant_tenant(Permission.ORDER_CANCEL)
    reservations, stocks = ReservationStore(tx), StockStore(tx)
    await reservations.bury(grant, events)
    orders = await reservations.lock([event.order_id for event in events])
    stock = await stocks.lock(keys_held(orders.values()))

    freed = {event.order_id: orders[event.order_id].cancel(stock) for event in events}

    because = by_order(events)
    await reservations.save(grant, orders.values(), because)
    movements = [moved for each in freed.values() for moved in each]
    await stocks.book(grant, LedgerKind.RELEASE, movements, because=because)
    announce_turns(tx, stock.values(), because)
    for event in events:
        order = orders[event.order_id]
        if freed[event.order_id]:
            told = StockReleased(order_id=order.order_id, plant_id=order.owner, plan=order.plan)
            announce(tx, order, told, because=event)

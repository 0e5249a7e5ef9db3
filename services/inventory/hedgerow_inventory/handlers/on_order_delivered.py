from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, StockIssued
from hedgerow.contracts.orders import OrderDelivered
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.reservation import keys_held
from hedgerow_inventory.store.reservations import ReservationStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .reservation_changed import announce, by_order


@batched()
async def on_orders_delivered(events: Sequence[OrderDelivered], tx: Transaction) -> None:
    """Take what the orders held off the stock: it has left. An order that holds nothing (any
    more) moves nothing."""
    grant = tx.caller.grant_tenant(Permission.ORDER_ADVANCE)
    reservations, stocks = ReservationStore(tx), StockStore(tx)
    orders = await reservations.lock([event.order_id for event in events])
    stock = await stocks.lock(keys_held(orders.values()))

    issued = {order_id: order.issue(stock) for order_id, order in orders.items()}

    because = by_order(events)
    await reservations.save(grant, orders.values(), because)
    movements = [moved for each in issued.values() for moved in each]
    await stocks.book(grant, LedgerKind.ISSUE, movements, because=because)
    announce_turns(tx, stock.values(), because)
    for event in events:
        if issued.get(event.order_id):
            order = orders[event.order_id]
            told = StockIssued(order_id=order.order_id, plant_id=order.owner, plan=order.plan)
            announce(tx, order, told, because=event)

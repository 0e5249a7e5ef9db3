from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import KitConfirmed, KitRefused, LedgerKind
from hedgerow.contracts.orders import KitLockRequested
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.kit import Kit, decide_kit
from hedgerow_inventory.domain.reservation import ReservationSet, SetState, keys_held
from hedgerow_inventory.store.reservations import ReservationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore
from hedgerow_inventory.store.supplies import SupplyStore

from .overflow_turned import announce_turns
from .reservation_changed import announce, by_order


@batched()
async def on_kit_locks_requested(events: Sequence[KitLockRequested], tx: Transaction) -> None:
    """Turn what each order holds into an allocation, or say what its kit lacks. An order that holds
    nothing any more (it was cancelled meanwhile), or was locked before, gets no answer."""
    grant = tx.caller.grant_tenant(Permission.ORDER_ADVANCE)
    reservations, stocks = ReservationStore(tx), StockStore(tx)
    locked = await reservations.lock([event.order_id for event in events])
    orders = {id: order for id, order in locked.items() if order.state is SetState.HELD}
    codes = {sku for order in orders.values() for sku in order.skus}
    skus = await SkuStore(tx).named(codes)
    earliest_due = await SupplyStore(tx).earliest_due(codes)
    stock = await stocks.lock(keys_held(orders.values()))

    kits = {
        id: decide_kit(order, stock, skus, earliest_due, tx.now) for id, order in orders.items()
    }

    because = by_order(events)
    await reservations.save(grant, orders.values(), because)
    movements = [moved for kit in kits.values() for moved in kit.movements]
    await stocks.book(grant, LedgerKind.ALLOCATION, movements, because=because)
    announce_turns(tx, stock.values(), because)
    for event in events:
        if order := orders.get(event.order_id):
            announce(tx, order, _told(order, kits[event.order_id]), because=event)


def _told(order: ReservationSet, kit: Kit) -> KitConfirmed | KitRefused:
    if order.state is SetState.LOCKED:
        return KitConfirmed(order_id=order.order_id, plant_id=order.owner, plan=order.plan)
    return KitRefused(order_id=order.order_id, plant_id=order.owner, gaps=kit.gaps)

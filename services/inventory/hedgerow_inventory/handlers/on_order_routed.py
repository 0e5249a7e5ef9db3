from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, StockReserved, StockShort
from hedgerow.contracts.routing import OrderRouted
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.allocation import Outcome, allocate, keys_wanted
from hedgerow_inventory.domain.reservation import ReservationSet
from hedgerow_inventory.store.reservations import ReservationStore
from hedgerow_inventory.store.stock import StockStore

from .overflow_turned import announce_turns
from .reservation_changed import announce, by_order


@batched()
async def on_orders_routed(events: Sequence[OrderRouted], tx: Transaction) -> None:
    """Reserve every line of each order along its chain, first come first served, or say what is
    missing. An order that was cancelled meanwhile, or was reserved before, is left alone."""
    grant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    reservations, stocks = ReservationStore(tx), StockStore(tx)
    claimed = await reservations.claim(grant, [ReservationSet.of(event) for event in events])
    sets = {each.decision_id: each for each in claimed}
    fresh = [event for event in events if event.decision_id in sets]
    stock = await stocks.lock(keys_wanted(fresh))

    outcomes = allocate(fresh, stock)
    for event, outcome in zip(fresh, outcomes, strict=True):
        sets[event.decision_id].settle(outcome, stock)

    await reservations.settle(grant, claimed)
    movements = [moved for outcome in outcomes for moved in outcome.movements]
    because = by_order(fresh)
    await stocks.book(grant, LedgerKind.RESERVATION, movements, because=because)
    announce_turns(tx, stock.values(), because)
    for event, outcome in zip(fresh, outcomes, strict=True):
        announce(tx, sets[event.decision_id], _told(event, outcome), because=event)


def _told(event: OrderRouted, outcome: Outcome) -> StockReserved | StockShort:
    if outcome.missing:
        return StockShort(
            order_id=event.order_id,
            plant_id=event.plant_id,
            decision_id=event.decision_id,
            missing=outcome.missing,
            seen=outcome.seen,
        )
    return StockReserved(
        order_id=event.order_id,
        plant_id=event.plant_id,
        decision_id=event.decision_id,
        plan=outcome.placements,
        seen=outcome.seen,
    )

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hedgerow.access import demand_presence
from hedgerow.auth import Permission
from hedgerow.contracts.orders import AdvanceOrder, OrderStep, OrderView
from hedgerow.contracts.presence import PresenceAct
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.announcements import stepped
from hedgerow_orders.domain.order import Order
from hedgerow_orders.store.orders import OrderStore
from hedgerow_orders.views.order import current

from .grants import grant_over

_ACT: Mapping[OrderStep, PresenceAct] = MappingProxyType(
    {
        OrderStep.LOCK_KIT: PresenceAct.ORDER_LOCK_KIT,
        OrderStep.DISPATCH: PresenceAct.ORDER_DISPATCH,
        OrderStep.RELEASE_QUALITY: PresenceAct.ORDER_RELEASE_QUALITY,
        OrderStep.SIGN: PresenceAct.ORDER_SIGN,
    }
)


async def advance_order(command: AdvanceOrder, tx: Transaction) -> OrderView:
    """Take the order's next step. LOCK_KIT only asks inventory; its answer comes as an event."""
    orders = OrderStore(tx)
    order = await orders.get(command.order_id)
    grant = grant_over(tx.caller, order, Permission.ORDER_ADVANCE)
    if order.plant_id is not None:  # without a plant no step is possible
        await demand_presence(tx, order.plant_id, _ACT[command.step])
    order.expect(command.expected_version)
    _take(command, order, tx)
    await orders.save([(grant, order)])
    view = await current(order.id, tx)
    tx.emit(
        stepped(command.step, view, order.plant),
        aggregate=order.aggregate,
        version=order.version,
        plant_id=order.plant_id,
    )
    return view


def _take(command: AdvanceOrder, order: Order, tx: Transaction) -> None:
    by, at = tx.caller.subject, tx.now
    match command.step:
        case OrderStep.LOCK_KIT:
            order.request_kit_lock(by=by, at=at)
        case OrderStep.DISPATCH:
            order.dispatch(by=by, at=at)
        case OrderStep.RELEASE_QUALITY:
            order.release_quality(by=by, at=at)
        case OrderStep.SIGN:
            order.sign(command.signer, by=by, at=at)

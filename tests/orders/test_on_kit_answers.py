from decimal import Decimal

from hedgerow.contracts.inventory import KitConfirmed, KitGap, KitRefused
from hedgerow.contracts.orders import (
    AdvanceOrder,
    CancelOrder,
    Milestone,
    OrderKitLocked,
    OrderKitRefused,
    OrderState,
    OrderStep,
    Shortage,
)
from hedgerow.contracts.values import Basis
from hedgerow_orders.handlers.advance_order import advance_order
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.handlers.on_kit_confirmed import on_kits_confirmed
from hedgerow_orders.handlers.on_kit_refused import on_kits_refused
from orders.makers import HANGZHOU_STORE, NINGBO, acting, assigned, everything, read, service
from worlds import NOON, administrator, transaction


def confirmed(order):
    return KitConfirmed(order_id=order.order_id, plant_id=NINGBO, plan=())


def refused(order):
    gap = KitGap(
        line_no=1,
        sku="BOLT-M8",
        location_id=HANGZHOU_STORE,
        needed=Decimal("10.5"),
        available=Decimal(10),
        reason="INSUFFICIENT",
        plant_id=NINGBO,
    )
    return KitRefused(order_id=order.order_id, plant_id=NINGBO, gaps=(gap,))


async def asked_for_its_kit(tx):
    order = await assigned(tx)
    return await advance_order(AdvanceOrder(order_id=order.order_id, step=OrderStep.LOCK_KIT), tx)


async def test_a_confirmed_kit_is_locked(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await asked_for_its_kit(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_kits_confirmed([confirmed(order)], reaction)
        view = await read(tx, order.order_id)

    assert (view.state, view.kit_lock_pending, view.version) == (OrderState.KIT_LOCKED, False, 4)
    assert view.milestones == (Milestone.CAPTURED, Milestone.CONFIRMED, Milestone.ALLOCATED)
    [emission] = reaction.emitted
    assert (emission.version, emission.plant_id) == (4, NINGBO)
    assert emission.event == OrderKitLocked(
        order_id=order.order_id, number=order.number, occurred_at=NOON, plant_id=NINGBO
    )


async def test_a_refused_kit_leaves_the_state_and_says_what_is_lacking(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await asked_for_its_kit(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_kits_refused([refused(order)], reaction)
        view = await read(tx, order.order_id)

    lacking = Shortage(
        line_no=1,
        sku="BOLT-M8",
        location_id=HANGZHOU_STORE,
        needed=Decimal("10.5"),
        available=Decimal(10),
        safety_level=Decimal(0),
        reason="INSUFFICIENT",
        plant_id=NINGBO,
    )
    assert (view.state, view.kit_lock_pending) == (OrderState.PENDING_REVIEW, False)
    assert (view.milestones, view.shortages) == ((Milestone.CAPTURED,), (lacking,))
    assert reaction.emitted[0].event == OrderKitRefused(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=NINGBO,
        shortages=(lacking,),
    )


async def test_an_answer_that_nobody_waits_for_changes_nothing(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        never_asked = await assigned(tx)
        order = await asked_for_its_kit(tx)
        await cancel_order(CancelOrder(order_id=order.order_id, basis=Basis("LETTER", "17")), tx)
        before = await everything(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_kits_confirmed([confirmed(order), confirmed(never_asked)], reaction)
            await on_kits_refused([refused(order), refused(never_asked)], reaction)

        assert reaction.emitted == []
        assert await everything(tx) == before

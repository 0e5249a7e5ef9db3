from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.orders import (
    AdvanceOrder,
    Customer,
    DeliveredLine,
    KitLockRequested,
    OrderDelivered,
    OrderDispatched,
    OrderQualityReleased,
    OrderState,
    OrderStep,
)
from hedgerow.contracts.values import Line
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow_orders.domain.refusals import SignerRequired
from hedgerow_orders.handlers.advance_order import advance_order
from orders.makers import (
    NINGBO,
    SUZHOU,
    acting,
    assigned,
    everything,
    line,
    locked,
    short,
    submitted,
)
from worlds import NOON, administrator, caller, transaction

LATER = NOON + timedelta(days=3)


def advance(view, step, **more):
    return AdvanceOrder(order_id=view.order_id, step=step, **more)


async def test_locking_the_kit_asks_inventory_and_changes_no_state_yet(orders_db):
    boss = administrator()
    planner = caller(boss.tenant_id, plants={NINGBO: Role.PLANNER}, subject="zhou")

    async with transaction(orders_db, boss) as tx:
        order = await assigned(tx, lines=(line(), line("NUT-M8", "20")))
        async with acting(tx, planner) as later:
            view = await advance_order(
                advance(order, OrderStep.LOCK_KIT, expected_version=2), later
            )
            [emission] = later.emitted

    assert (view.state, view.kit_lock_pending, view.version) == (
        OrderState.PENDING_REVIEW,
        True,
        3,
    )
    assert (emission.version, emission.plant_id) == (3, NINGBO)
    assert emission.event == KitLockRequested(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=NINGBO,
        lines=(Line(1, "BOLT-M8", Decimal(10)), Line(2, "NUT-M8", Decimal(20))),
    )


async def test_from_the_locked_kit_to_the_signature_every_step_is_announced(orders_db):
    boss = administrator()

    async with transaction(orders_db, boss) as tx:
        order = await locked(tx)
        async with acting(tx, boss, now=LATER) as later:
            dispatched = await advance_order(advance(order, OrderStep.DISPATCH), later)
            released = await advance_order(advance(order, OrderStep.RELEASE_QUALITY), later)
            signed = await advance_order(advance(order, OrderStep.SIGN, signer="王强"), later)
            emitted = later.emitted

    about = {"order_id": order.order_id, "number": order.number, "occurred_at": LATER}
    assert [view.state for view in (dispatched, released, signed)] == [
        OrderState.IN_PRODUCTION,
        OrderState.QUALITY_RELEASED,
        OrderState.SIGNED,
    ]
    assert (signed.signer, signed.delivered_at, signed.version) == ("王强", LATER, 7)
    assert [(each.version, each.event) for each in emitted] == [
        (5, OrderDispatched(**about, plant_id=NINGBO)),
        (6, OrderQualityReleased(**about, plant_id=NINGBO)),
        (
            7,
            OrderDelivered(
                **about,
                plant_id=NINGBO,
                customer=Customer("C-001", "宁波港机"),
                lines=(
                    DeliveredLine(
                        line_no=1,
                        sku="BOLT-M8",
                        name="六角螺栓 M8",
                        unit="件",
                        quantity=Decimal(10),
                        custom=False,
                    ),
                ),
                delivered_at=LATER,
                signer="王强",
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("make", "step", "more", "code"),
    [
        (submitted, OrderStep.LOCK_KIT, {}, "GUARD_FAILED"),
        (short, OrderStep.LOCK_KIT, {}, "GUARD_FAILED"),
        (submitted, OrderStep.DISPATCH, {}, "STEP_OUT_OF_ORDER"),
        (assigned, OrderStep.DISPATCH, {}, "STEP_OUT_OF_ORDER"),
        (assigned, OrderStep.SIGN, {"signer": "王强"}, "STEP_OUT_OF_ORDER"),
        (assigned, OrderStep.LOCK_KIT, {"expected_version": 1}, "STALE_VERSION"),
        (locked, OrderStep.LOCK_KIT, {}, "STEP_OUT_OF_ORDER"),
    ],
)
async def test_a_refused_step_changes_nothing(orders_db, make, step, more, code):
    async with transaction(orders_db, administrator()) as tx:
        order = await make(tx)
        before, emitted = await everything(tx), len(tx.emitted)

        with pytest.raises(Conflict) as refused:
            await advance_order(advance(order, step, **more), tx)

        assert refused.value.code == code
        assert await everything(tx) == before
        assert len(tx.emitted) == emitted


async def test_the_goods_are_not_delivered_until_somebody_signs(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await locked(tx)
        await advance_order(advance(order, OrderStep.DISPATCH), tx)
        await advance_order(advance(order, OrderStep.RELEASE_QUALITY), tx)
        before = await everything(tx)

        with pytest.raises(SignerRequired):
            await advance_order(advance(order, OrderStep.SIGN), tx)

        assert await everything(tx) == before


async def test_staff_without_the_right_and_staff_of_another_plant_are_kept_apart(orders_db):
    boss = administrator()
    sales = caller(boss.tenant_id, plants={NINGBO: Role.SALES})
    stranger = caller(boss.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER})

    async with transaction(orders_db, boss) as tx:
        order = await assigned(tx)
        before = await everything(tx)
        for who, refusal in ((sales, NotPermitted), (stranger, PlantForbidden)):
            async with acting(tx, who) as later:
                with pytest.raises(refusal):
                    await advance_order(advance(order, OrderStep.LOCK_KIT), later)
                assert later.emitted == []
        assert await everything(tx) == before

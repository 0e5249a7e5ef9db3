import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.fields import BasisRequired
from hedgerow.contracts.orders import (
    AdvanceOrder,
    CancelOrder,
    OrderCancelled,
    OrderState,
    OrderStep,
    Sourcing,
)
from hedgerow.contracts.values import Basis, OrderId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_orders.domain.refusals import NotCancellable, StaleVersion
from hedgerow_orders.handlers.advance_order import advance_order
from hedgerow_orders.handlers.cancel_order import cancel_order
from orders.makers import NINGBO, SUZHOU, acting, assigned, everything, locked, read, submitted
from worlds import NOON, administrator, caller, transaction

LETTER = Basis("LETTER", "2026-17", "客户撤单")


def cancel(order_id, **more):
    return CancelOrder(order_id=order_id, **({"basis": LETTER} | more))


async def test_a_cancelled_order_keeps_its_basis_and_is_announced_to_its_plant(orders_db):
    who = administrator()
    sales = caller(who.tenant_id, plants={NINGBO: Role.SALES}, subject="lin")

    async with transaction(orders_db, who) as tx:
        order = await assigned(tx)
        async with acting(tx, sales) as later:
            view = await cancel_order(cancel(order.order_id, expected_version=2), later)

            assert (view.state, view.sourcing, view.version) == (
                OrderState.CANCELLED,
                Sourcing.RELEASED,
                3,
            )
            assert view.cancellation == LETTER
            assert await read(later, order.order_id) == view
            [emission] = later.emitted
    assert (emission.aggregate, emission.version, emission.plant_id) == (
        f"order:{order.order_id}",
        3,
        NINGBO,
    )
    assert emission.event == OrderCancelled(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=NINGBO,
        basis=LETTER,
    )


async def test_an_order_without_a_plant_is_cancelled_by_those_who_see_the_whole_tenant(orders_db):
    who = administrator()
    dispatcher = caller(who.tenant_id, tenant=Role.DISPATCHER)

    async with transaction(orders_db, who) as tx:
        order = await submitted(tx)
        async with acting(tx, dispatcher) as later:
            view = await cancel_order(cancel(order.order_id), later)

            assert (view.state, view.plant_id) == (OrderState.CANCELLED, None)
            assert later.emitted[0].plant_id is None


async def test_a_kit_lock_that_is_pending_does_not_hinder(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await assigned(tx)
        await advance_order(AdvanceOrder(order_id=order.order_id, step=OrderStep.LOCK_KIT), tx)
        view = await cancel_order(cancel(order.order_id), tx)

        assert (view.state, view.kit_lock_pending) == (OrderState.CANCELLED, False)


NOT_THERE = OrderId(new_id())
READER = frozenset({Permission.PLANT_READ, Permission.ORDER_READ})
BLIND = frozenset({Permission.PLANT_READ, Permission.ORDER_CANCEL})


@pytest.mark.parametrize("who", ["stranger", "blind", "absent", "unassigned"])
async def test_a_hidden_order_answers_like_one_that_does_not_exist(orders_db, who):
    boss = administrator()
    callers = {
        "stranger": caller(boss.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER}),
        "blind": caller(boss.tenant_id, plants={NINGBO: BLIND}),
        "absent": boss,
        "unassigned": caller(boss.tenant_id, plants={NINGBO: Role.PLANT_MANAGER}),
    }

    async with transaction(orders_db, boss) as tx:
        order = await (submitted(tx) if who == "unassigned" else assigned(tx))
        before = await everything(tx)
        async with acting(tx, callers[who]) as later:
            asked = NOT_THERE if who == "absent" else order.order_id
            with pytest.raises(PlantForbidden) as refused:
                await cancel_order(cancel(asked), later)

            assert later.emitted == []
        assert await everything(tx) == before
    assert (refused.value.code, refused.value.field) == ("PLANT_FORBIDDEN", "order_id")
    assert refused.value.zh == "您无权访问该区域订单，请联系区域管理员"


async def test_who_may_read_an_order_but_not_cancel_it_is_told_so(orders_db):
    boss = administrator()
    auditor = caller(boss.tenant_id, tenant=Role.AUDITOR)
    reader = caller(boss.tenant_id, plants={NINGBO: READER})

    async with transaction(orders_db, boss) as tx:
        order, unassigned = await assigned(tx), await submitted(tx)
        before = await everything(tx)
        for who, asked in ((auditor, unassigned), (auditor, order), (reader, order)):
            async with acting(tx, who) as later:
                with pytest.raises(NotPermitted, match="order:cancel"):
                    await cancel_order(cancel(asked.order_id), later)
        assert await everything(tx) == before


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"basis": Basis("LETTER", "")}, BasisRequired),
        ({"expected_version": 1}, StaleVersion),
    ],
)
async def test_a_refused_cancellation_changes_nothing(orders_db, more, refusal):
    async with transaction(orders_db, administrator()) as tx:
        order = await assigned(tx)
        before, emitted = await everything(tx), len(tx.emitted)

        with pytest.raises(refusal):
            await cancel_order(cancel(order.order_id, **more), tx)

        assert await everything(tx) == before
        assert len(tx.emitted) == emitted


async def test_production_has_started_so_the_order_stays(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await locked(tx)
        await advance_order(AdvanceOrder(order_id=order.order_id, step=OrderStep.DISPATCH), tx)
        before = await everything(tx)

        with pytest.raises(NotCancellable):
            await cancel_order(cancel(order.order_id), tx)

        assert await everything(tx) == before


async def test_the_basis_is_kept_and_told_without_blanks_at_its_ends(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        given = Basis(" LETTER", "2026-17 ", "line one\nline two\n")
        view = await cancel_order(CancelOrder(order_id=order.order_id, basis=given), tx)

        kept = Basis("LETTER", "2026-17", "line one\nline two")
        assert view.cancellation == kept
        assert tx.emitted[-1].event.basis == kept

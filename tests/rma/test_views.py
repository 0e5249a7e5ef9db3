from datetime import timedelta

import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.rma import (
    CheckEligibility,
    EligibilityCode,
    RmasByIds,
    RmasByOrders,
    RmaState,
)
from hedgerow.contracts.values import OrderId, RmaId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_rma.domain.eligibility import LineUnknown
from hedgerow_rma.views.eligibility import check_eligibility
from hedgerow_rma.views.rmas import rmas_by_ids, rmas_by_orders
from rma.makers import (
    NINGBO,
    SUZHOU,
    become,
    decided,
    deliver,
    delivered_line,
    lines_of,
    order_delivered,
    requested,
    staff,
    stored,
)
from worlds import NOON, administrator, caller, transaction


async def test_returns_by_id_come_in_the_order_asked_for(rma_db):
    order = order_delivered(delivered_line(1), delivered_line(2))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        one = await requested(tx, order, {1: "1.50", 2: "1"})
        two = await requested(tx, order, {2: "1"})

        found = await rmas_by_ids(
            RmasByIds(ids=(two.rma_id, RmaId(new_id()), one.rma_id, two.rma_id)), tx
        )

        assert found == (two, None, one, two)


async def test_a_view_is_the_same_after_a_command_and_read_again(rma_db):
    order = order_delivered(delivered_line(1, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        view = await decided(tx, await requested(tx, order))

        assert await rmas_by_ids(RmasByIds(ids=(view.rma_id,)), tx) == (view,)


async def test_foreign_returns_are_absent_by_id_and_by_order(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        stranger = await become(tx, staff(tx, suzhou=Role.PLANT_MANAGER))

        assert await rmas_by_ids(RmasByIds(ids=(rma.rma_id,)), stranger) == (None,)
        assert await rmas_by_orders(RmasByOrders(order_ids=(order.order_id,)), stranger) == ((),)


async def test_seeing_a_plant_is_not_the_right_to_read_its_returns(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        rights = frozenset({Permission.PLANT_READ, Permission.ORDER_READ})
        reader = await become(tx, caller(tx.tenant_id, plants={NINGBO: rights}))

        assert await rmas_by_ids(RmasByIds(ids=(rma.rma_id,)), reader) == (None,)
        with pytest.raises(NotPermitted, match=Permission.RMA_READ):
            await check_eligibility(
                CheckEligibility(order_id=order.order_id, lines=lines_of({1: "1"})), reader
            )


async def test_returns_of_orders_come_oldest_first(rma_db):
    first, second, third = order_delivered(), order_delivered(), order_delivered(plant_id=SUZHOU)
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, first, second, third)
        later = await become(tx, tx.caller, now=NOON + timedelta(hours=1))
        newest = await requested(later, first, {1: "1"})
        oldest = await requested(tx, first, {1: "1"})
        other = await requested(tx, third, {1: "1"})
        ids = (third.order_id, second.order_id, OrderId(new_id()), first.order_id)

        found = await rmas_by_orders(RmasByOrders(order_ids=ids), tx)

        assert found == ((other,), (), (), (oldest, newest))


async def test_eligibility_is_told_without_asking_for_a_return(rma_db):
    order = order_delivered(delivered_line(1, "5"), delivered_line(2, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        await requested(tx, order, {1: "4"})
        before, events = await stored(tx), len(tx.emitted)
        support = await become(tx, staff(tx, ningbo=Role.SUPPORT))

        async def check(quantities):
            wanted = CheckEligibility(order_id=order.order_id, lines=lines_of(quantities))
            view = await check_eligibility(wanted, support)
            return view.outcome, [reason.code for reason in view.reasons if not reason.passed]

        assert await check({1: "1"}) == (RmaState.APPROVED, [])
        assert await check({2: "1"}) == (RmaState.REVIEW, [EligibilityCode.NOT_CUSTOM])
        assert await check({1: "2"}) == (RmaState.REJECTED, [EligibilityCode.QUANTITY])
        with pytest.raises(LineUnknown):
            await check({7: "1"})
        assert await stored(tx) == before
        assert len(tx.emitted) == events
        assert support.emitted == []


async def test_eligibility_of_a_foreign_order_is_the_answer_for_an_unknown_one(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        stranger = await become(tx, staff(tx, suzhou=Role.PLANT_MANAGER))
        for order_id in (order.order_id, OrderId(new_id())):
            with pytest.raises(PlantForbidden) as refused:
                await check_eligibility(
                    CheckEligibility(order_id=order_id, lines=lines_of({1: "1"})), stranger
                )
            assert refused.value.zh == "您无权访问该区域订单，请联系区域管理员"

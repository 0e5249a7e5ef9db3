import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.rma import (
    EligibilityCode,
    RmaLineView,
    RmaRequested,
    RmaState,
)
from hedgerow.contracts.values import Basis
from hedgerow.errors import Invalid, PlantForbidden
from hedgerow_rma.domain.rma import OverQuantity
from hedgerow_rma.handlers.request_return import request_return
from hedgerow_rma.store.rmas import RmaExists
from msgspec.structs import replace
from rma.makers import (
    NINGBO,
    ask,
    become,
    decided,
    deliver,
    delivered_line,
    inspected,
    order_delivered,
    received,
    requested,
    staff,
    stored,
)
from worlds import NOON, administrator, caller, transaction

NOTHING = {"returns": {}, "changes": 0}
WEEK = timedelta(days=7)


async def test_an_eligible_return_is_approved_numbered_and_announced(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        clerk = await become(tx, staff(tx, ningbo=Role.SALES))
        command = ask(order, {1: "2"})

        view = await request_return(command, clerk)

        assert (view.rma_id, view.number, view.state) == (
            command.rma_id,
            "RMA20260329-0001",
            RmaState.APPROVED,
        )
        assert (view.order_id, view.order_number, view.plant_id) == (
            order.order_id,
            "SO20260322-0007",
            NINGBO,
        )
        assert view.lines == (
            RmaLineView(
                line_no=1,
                sku="SKU-1",
                name="轴承 1",
                unit="件",
                quantity=Decimal(2),
                custom=False,
            ),
        )
        assert (view.reason, view.requested_by, view.version) == ("规格不符", "clerk", 1)
        assert view.requested_at == view.updated_at == NOON
        (emission,) = clerk.emitted
        assert emission.event == RmaRequested(
            rma_id=view.rma_id,
            number=view.number,
            order_id=order.order_id,
            plant_id=NINGBO,
            state=RmaState.APPROVED,
            occurred_at=NOON,
        )
        assert (emission.aggregate, emission.version, emission.plant_id) == (
            f"rma:{view.rma_id}",
            1,
            NINGBO,
        )


async def test_numbers_count_up_within_a_utc_day(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        numbers = []
        for now in (NOON, NOON, datetime(2026, 3, 30, tzinfo=UTC)):
            clerk = await become(tx, tx.caller, now=now)
            numbers.append((await requested(clerk, order, {1: "1"})).number)

        assert numbers == ["RMA20260329-0001", "RMA20260329-0002", "RMA20260330-0001"]


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (WEEK - timedelta(microseconds=1), RmaState.APPROVED),
        (WEEK, RmaState.APPROVED),
        (WEEK + timedelta(microseconds=1), RmaState.REJECTED),
    ],
)
async def test_the_seventh_day_counts_to_its_last_microsecond(rma_db, after, state):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        late = await become(tx, tx.caller, now=NOON + after)

        view = await requested(late, order)

        assert view.state is state
        assert (await stored(late))["returns"] == {view.number: (state, 1)}
        assert late.emitted[0].event.state is state


async def test_custom_goods_wait_for_a_review(rma_db):
    order = order_delivered(delivered_line(1, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)

        view = await requested(tx, order)

        assert view.state is RmaState.REVIEW
        assert [reason.code for reason in view.reasons if not reason.passed] == [
            EligibilityCode.NOT_CUSTOM
        ]


@pytest.mark.parametrize(
    ("quantities", "field"),
    [
        ({1: "5.000001"}, "lines.0.quantity"),
        ({2: "1"}, "lines.0.line_no"),
        ({1: "0"}, "lines.0.quantity"),
    ],
)
async def test_what_was_not_delivered_cannot_come_back(rma_db, quantities, field):
    order = order_delivered(delivered_line(1, "5"))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)

        with pytest.raises(Invalid) as refused:
            await requested(tx, order, quantities)

        assert refused.value.field == field
        assert await stored(tx) == NOTHING
        assert tx.emitted == []


async def test_returns_of_one_order_together_stay_within_what_was_delivered(rma_db):
    order = order_delivered(delivered_line(1, "5"))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        await requested(tx, order, {1: "3"})
        before = await stored(tx)

        with pytest.raises(OverQuantity, match="3 wanted, 2 of 5 件 can still come back"):
            await requested(tx, order, {1: "3"})

        assert await stored(tx) == before
        assert len(tx.emitted) == 1
        await requested(tx, order, {1: "2"})


async def test_rejected_and_refused_returns_hold_no_quantity(rma_db):
    order = order_delivered(delivered_line(1, "5", custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        await decided(tx, await requested(tx, order, {1: "5"}), approve=False)
        approved = await decided(tx, await requested(tx, order, {1: "5"}))
        await inspected(tx, await received(tx, approved), accept=False)

        last = await requested(tx, order, {1: "5"})

        assert last.state is RmaState.REVIEW


async def test_two_requests_at_the_same_time_cannot_share_the_same_goods(rma_db):
    order = order_delivered(delivered_line(1, "5"))
    who = administrator()
    async with transaction(rma_db, who) as tx:
        await deliver(tx, order)
        await tx.conn.commit()

    async def second():
        async with transaction(rma_db, who) as tx:
            with pytest.raises(OverQuantity):
                await requested(tx, order, {1: "3"})
            assert tx.emitted == []

    async with transaction(rma_db, who) as first:
        await requested(first, order, {1: "3"})
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await first.conn.commit()
        await waiting


async def test_an_order_that_is_unknown_hidden_or_not_delivered_gets_the_same_words(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        stranger = await become(tx, staff(tx, suzhou=Role.PLANT_MANAGER))
        unknown = order_delivered()
        words = []
        for wanted in (order, unknown):
            with pytest.raises(PlantForbidden) as refused:
                await requested(stranger, wanted)
            words.append((refused.value.code, refused.value.zh, refused.value.field))

        assert (
            words == [("PLANT_FORBIDDEN", "您无权访问该区域订单，请联系区域管理员", "order_id")] * 2
        )
        assert stranger.emitted == []
        assert await stored(await become(tx, tx.caller)) == NOTHING


async def test_another_tenants_order_does_not_exist(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        stranger = await become(tx, administrator())

        with pytest.raises(PlantForbidden):
            await requested(stranger, order)


async def test_seeing_an_order_is_not_the_right_to_return_it(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        planner = await become(tx, staff(tx, ningbo=Role.PLANNER))

        with pytest.raises(NotPermitted, match=Permission.RMA_REQUEST):
            await requested(planner, order)

        assert await stored(tx) == NOTHING
        assert planner.emitted == []


async def test_an_order_the_caller_may_not_read_does_not_exist(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rights = frozenset({Permission.PLANT_READ, Permission.RMA_REQUEST})
        blind = await become(tx, caller(tx.tenant_id, plants={NINGBO: rights}))

        with pytest.raises(PlantForbidden):
            await requested(blind, order)


async def test_an_id_is_used_for_one_return_only(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        command = ask(order, {1: "1"})
        await request_return(command, tx)
        before = await stored(tx)

        with pytest.raises(RmaExists):
            await request_return(command, tx)

        assert await stored(tx) == before
        assert len(tx.emitted) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": "a\0b"}, "reason"),
        ({"basis": Basis("", "2026-0402")}, "basis.type"),
        ({"basis": Basis("CUSTOMER_LETTER", " ")}, "basis.ref"),
    ],
)
async def test_a_request_needs_a_reason_and_a_basis_that_can_be_stored(rma_db, changed, field):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)

        with pytest.raises(Invalid) as refused:
            await request_return(replace(ask(order), **changed), tx)

        assert refused.value.field == field
        assert await stored(tx) == NOTHING
        assert (tx.emitted, tx.recorded) == ([], [])

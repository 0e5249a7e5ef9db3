"""What orders does when inventory or routing has answered."""

from decimal import Decimal

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.orders import (
    CancelOrder,
    HistoryByOrders,
    OrderFellShort,
    OrderLeftUnrouted,
    OrderReserved,
    OrderState,
    Shortage,
    Sourcing,
)
from hedgerow.contracts.routing import OrderUnroutable, UnroutableReason
from hedgerow.contracts.values import Basis, DecisionId, Line, OrderId, new_id
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.handlers.on_order_unroutable import on_orders_unroutable
from hedgerow_orders.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_orders.handlers.on_stock_short import on_stock_short
from hedgerow_orders.store.orders import OrderMissing
from hedgerow_orders.views.history import history_by_orders
from msgspec.structs import replace
from orders.makers import (
    DECISION,
    HANGZHOU_STORE,
    HEFEI_STORE,
    NINGBO,
    SUZHOU,
    acting,
    answers,
    assigned,
    everything,
    know,
    line,
    read,
    seen,
    service,
    short,
    statements,
    stock_reserved,
    stock_short,
    submit,
    submitted,
)
from worlds import NOON, administrator, caller, transaction

LETTER = Basis("LETTER", "2026-17")


def unroutable(order_id, decision_id=DECISION):
    return OrderUnroutable(
        decision_id=decision_id, order_id=order_id, reason=UnroutableReason.OUT_OF_RANGE
    )


async def test_a_reserved_order_has_its_plant_and_its_staff_see_it_whole(orders_db):
    boss = administrator()
    staff = caller(boss.tenant_id, plants={NINGBO: Role.SALES})

    async with transaction(orders_db, boss) as tx:
        order = await submitted(tx, lines=(line(), line("NUT-M8")))
        async with acting(tx, service(tx)) as reaction:
            await on_stock_reserved([stock_reserved(order.order_id)], reaction)
        async with acting(tx, staff) as later:
            view = await read(later, order.order_id)
            [history] = await history_by_orders(HistoryByOrders(ids=(order.order_id,)), later)

    assert (view.plant_id, view.decision_id, view.sourcing) == (
        NINGBO,
        DECISION,
        Sourcing.RESERVED,
    )
    assert view.lines == order.lines
    assert [(each.version, each.change, each.by) for each in history] == [
        (1, "SUBMITTED", "administrator"),
        (2, "RESERVED", "service:orders"),
    ]
    [emission] = reaction.emitted
    assert (emission.aggregate, emission.version, emission.plant_id) == (
        f"order:{order.order_id}",
        2,
        NINGBO,
    )
    assert emission.event == OrderReserved(
        order_id=order.order_id, number=order.number, occurred_at=NOON, plant_id=NINGBO
    )


async def test_a_reservation_that_is_told_again_changes_nothing(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await assigned(tx)
        before = await everything(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_stock_reserved([stock_reserved(order.order_id)], reaction)
            await on_stock_reserved([stock_reserved(order.order_id, SUZHOU)], reaction)
            await on_stock_short([stock_short(order.order_id)], reaction)
            await on_orders_unroutable([unroutable(order.order_id)], reaction)

        assert reaction.emitted == []
        assert await everything(tx) == before


async def test_a_short_order_says_what_every_tried_location_lacked(orders_db):
    below = seen(
        location_id=HEFEI_STORE,
        available=Decimal("85.5"),
        reason="BELOW_SAFETY",
    )
    found = seen(line_no=2, sku="NUT-M8", passed=True, reason="")
    lacked_too = seen(line_no=3, sku="SIGN", reason="NOT_STOCKED")

    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        event = stock_short(order.order_id, seen(), below, found, lacked_too)
        async with acting(tx, service(tx)) as reaction:
            await on_stock_short([event], reaction)
        view = await read(tx, order.order_id)

    shortages = (
        Shortage(
            line_no=1,
            sku="BOLT-M8",
            location_id=HANGZHOU_STORE,
            needed=Decimal(10),
            available=Decimal(3),
            safety_level=Decimal(80),
            reason="INSUFFICIENT",
            plant_id=NINGBO,
        ),
        Shortage(
            line_no=1,
            sku="BOLT-M8",
            location_id=HEFEI_STORE,
            needed=Decimal(10),
            available=Decimal("85.5"),
            safety_level=Decimal(80),
            reason="BELOW_SAFETY",
            plant_id=SUZHOU,
        ),
    )
    assert event.missing == (Line(1, "BOLT-M8", Decimal(10)),)
    assert (view.plant_id, view.sourcing, view.shortages) == (NINGBO, Sourcing.SHORT, shortages)
    here, there = shortages
    assert reaction.emitted[0].event == OrderFellShort(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=NINGBO,
        shortages=(here, replace(there, available=None, safety_level=None)),
    )


async def test_staff_of_one_plant_learn_no_stock_figures_of_another(orders_db):
    boss = administrator()
    own = seen(reason="NOT_STOCKED", available=Decimal(0))
    foreign = seen(location_id=HEFEI_STORE, reason="BELOW_SAFETY")
    unknown = seen(location_id=HEFEI_STORE, plant_id=None)
    manager = caller(boss.tenant_id, plants={NINGBO: Role.PLANT_MANAGER})
    of_both = caller(boss.tenant_id, plants={NINGBO: Role.SALES, SUZHOU: Role.SALES})

    async with transaction(orders_db, boss) as tx:
        order = await submitted(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_stock_short([stock_short(order.order_id, own, foreign, unknown)], reaction)
        async with acting(tx, manager) as later:
            read_by_manager = await read(later, order.order_id)
            command = CancelOrder(order_id=order.order_id, basis=LETTER)
            answer_to_manager = await cancel_order(command, later)
        async with acting(tx, of_both) as later:
            read_by_both = await read(later, order.order_id)
        read_by_boss = await read(tx, order.order_id)

    def figures(view):
        return [(each.reason, each.available, each.safety_level) for each in view.shortages]

    assert (
        figures(read_by_manager)
        == figures(answer_to_manager)
        == [
            ("NOT_STOCKED", 0, 80),
            ("BELOW_SAFETY", None, None),
            ("INSUFFICIENT", None, None),
        ]
    )
    assert [each.needed for each in read_by_manager.shortages] == [10, 10, 10]
    assert figures(read_by_both)[1:] == [("BELOW_SAFETY", 3, 80), ("INSUFFICIENT", None, None)]
    assert figures(read_by_boss)[1:] == [("BELOW_SAFETY", 3, 80), ("INSUFFICIENT", 3, 80)]


async def test_a_short_order_may_be_reserved_at_another_plant_and_moves_with_its_past(orders_db):
    boss = administrator()
    staff = {
        plant: caller(boss.tenant_id, plants={plant: Role.SALES}) for plant in (NINGBO, SUZHOU)
    }

    async with transaction(orders_db, boss) as tx:
        order = await short(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_stock_reserved([stock_reserved(order.order_id, SUZHOU)], reaction)
        async with acting(tx, staff[SUZHOU]) as later:
            view = await read(later, order.order_id)
            asked = HistoryByOrders(ids=(order.order_id,))
            [here] = await history_by_orders(asked, later)
        async with acting(tx, staff[NINGBO]) as later:
            [there] = await history_by_orders(asked, later)

    assert (view.plant_id, view.sourcing, view.shortages) == (SUZHOU, Sourcing.RESERVED, ())
    assert (len(view.lines), len(here), len(there)) == (1, 3, 0)


async def test_an_order_without_a_plant_says_why(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        async with acting(tx, service(tx)) as reaction:
            await on_orders_unroutable([unroutable(order.order_id)], reaction)
        view = await read(tx, order.order_id)

    assert (view.plant_id, view.sourcing, view.unroutable) == (
        None,
        Sourcing.UNROUTABLE,
        "OUT_OF_RANGE",
    )
    [emission] = reaction.emitted
    assert (emission.version, emission.plant_id) == (2, None)
    assert emission.event == OrderLeftUnrouted(
        order_id=order.order_id, number=order.number, occurred_at=NOON, reason="OUT_OF_RANGE"
    )


async def test_two_decisions_about_one_order_in_a_batch_are_two_changes(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        again = DecisionId(new_id())
        async with acting(tx, service(tx)) as reaction:
            await on_orders_unroutable(
                [unroutable(order.order_id), unroutable(order.order_id, again)], reaction
            )
        view = await read(tx, order.order_id)

    assert (view.version, view.decision_id) == (3, again)
    assert [each.version for each in reaction.emitted] == [2, 3]


@pytest.mark.parametrize("answer", ["reserved", "short", "unroutable"])
async def test_an_answer_for_a_cancelled_order_comes_too_late(orders_db, answer):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        await cancel_order(CancelOrder(order_id=order.order_id, basis=LETTER), tx)
        before = await everything(tx)
        async with acting(tx, service(tx)) as reaction:
            if answer == "reserved":
                await on_stock_reserved([stock_reserved(order.order_id)], reaction)
            elif answer == "short":
                await on_stock_short([stock_short(order.order_id)], reaction)
            else:
                await on_orders_unroutable([unroutable(order.order_id)], reaction)

        assert reaction.emitted == []
        assert await everything(tx) == before
        assert (await read(tx, order.order_id)).state is OrderState.CANCELLED


async def test_an_answer_for_an_order_that_was_never_submitted_is_a_dead_letter(orders_db):
    unknown = OrderId(new_id())

    async with transaction(orders_db, administrator()) as tx:
        async with acting(tx, service(tx)) as reaction:
            with pytest.raises(OrderMissing, match=str(unknown)):
                await on_stock_reserved([stock_reserved(unknown)], reaction)
            assert reaction.emitted == []


async def test_64_answers_take_as_many_statements_as_one(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        views = await answers(tx, *(submit() for _ in range(65)))
        async with acting(tx, service(tx)) as reaction:
            async with statements(orders_db) as alone:
                await on_stock_reserved([stock_reserved(views[0].order_id)], reaction)
            async with statements(orders_db) as together:
                await on_stock_reserved(
                    [stock_reserved(view.order_id) for view in views[1:]], reaction
                )

        assert (len(alone), alone) == (5, together)
        assert len(reaction.emitted) == 65

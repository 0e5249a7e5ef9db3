import pytest
from hedgerow.auth import Permission, Role
from hedgerow.contracts.orders import (
    CancelOrder,
    HistoryByOrders,
    ListOrders,
    OrderByNumber,
    OrderChange,
    OrdersByIds,
    OrderState,
)
from hedgerow.contracts.values import Basis, OrderId, Page, new_id
from hedgerow.errors import Invalid
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.views.history import history_by_orders
from hedgerow_orders.views.listing import list_orders
from hedgerow_orders.views.orders import order_by_number, orders_by_ids
from orders.makers import NINGBO, SUZHOU, acting, assigned, locked, statements, submitted
from worlds import NOON, administrator, caller, transaction

NOT_THERE = OrderId(new_id())
BLIND = frozenset({Permission.PLANT_READ, Permission.STOCK_READ})
EVERY = ListOrders(page=Page(first=100, total=True))


async def test_orders_come_in_the_order_of_the_ids_with_gaps_for_what_is_absent(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        one, two = await assigned(tx), await submitted(tx)
        ids = (two.order_id, NOT_THERE, one.order_id, two.order_id)

        assert await orders_by_ids(OrdersByIds(ids=ids), tx) == (two, None, one, two)
        assert await orders_by_ids(OrdersByIds(ids=()), tx) == ()


async def test_an_order_is_found_by_its_number(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)

        assert await order_by_number(OrderByNumber(number=order.number), tx) == order
        assert await order_by_number(OrderByNumber(number="HY20260329-9999"), tx) is None


@pytest.mark.parametrize("number", ["", "HY\0", "HY\udfff", "H" * 65])
async def test_a_number_that_cannot_be_one_is_refused(orders_db, number):
    async with transaction(orders_db, administrator()) as tx:
        with pytest.raises(Invalid) as refused:
            await order_by_number(OrderByNumber(number=number), tx)

    assert (refused.value.code, refused.value.field) == ("TEXT_INVALID", "number")


async def test_more_than_a_thousand_ids_are_refused(orders_db):
    ids = (NOT_THERE,) * 1001

    async with transaction(orders_db, administrator()) as tx:
        for view, query in (
            (orders_by_ids, OrdersByIds(ids=ids)),
            (history_by_orders, HistoryByOrders(ids=ids)),
        ):
            with pytest.raises(Invalid) as refused:
                await view(query, tx)
            assert (refused.value.code, refused.value.field) == ("COUNT_INVALID", "ids")


@pytest.mark.parametrize("who", ["other plant", "no right", "other tenant", "unassigned"])
async def test_hidden_orders_are_nowhere(orders_db, who):
    boss = administrator()
    callers = {
        "other plant": caller(boss.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER}),
        "no right": caller(boss.tenant_id, plants={NINGBO: BLIND, SUZHOU: Role.PLANT_MANAGER}),
        "other tenant": administrator(),
        "unassigned": caller(boss.tenant_id, plants={NINGBO: Role.PLANT_MANAGER}),
    }

    async with transaction(orders_db, boss) as tx:
        order = await (submitted(tx) if who == "unassigned" else assigned(tx))
        async with acting(tx, callers[who]) as other:
            ids = (order.order_id,)

            assert await orders_by_ids(OrdersByIds(ids=ids), other) == (None,)
            assert await order_by_number(OrderByNumber(number=order.number), other) is None
            assert await history_by_orders(HistoryByOrders(ids=ids), other) == ((),)
            page = await list_orders(EVERY, other)
            assert (page.orders, page.total) == ((), 0)


async def test_a_caller_sees_the_orders_of_the_plants_they_may_read(orders_db):
    boss = administrator()
    both = caller(boss.tenant_id, plants={NINGBO: Role.SALES, SUZHOU: Role.SALES})
    auditor = caller(boss.tenant_id, tenant=Role.AUDITOR)

    async with transaction(orders_db, boss) as tx:
        here, there = await assigned(tx), await assigned(tx, SUZHOU)
        waiting = await submitted(tx)
        for who, seen in ((both, {here, there}), (auditor, {here, there, waiting})):
            async with acting(tx, who) as reader:
                page = await list_orders(EVERY, reader)

            assert {view.order_id for view in page.orders} == {each.order_id for each in seen}
            assert page.total == len(seen)


async def test_the_history_tells_every_change_oldest_first(orders_db):
    letter = Basis("LETTER", "2026-17", "客户撤单")

    async with transaction(orders_db, administrator()) as tx:
        other = await submitted(tx)
        order = await locked(tx)
        await cancel_order(CancelOrder(order_id=order.order_id, basis=letter), tx)
        asked = HistoryByOrders(ids=(order.order_id, NOT_THERE, other.order_id))
        told, nothing, short = await history_by_orders(asked, tx)

    review, kit_locked = OrderState.PENDING_REVIEW, OrderState.KIT_LOCKED
    service = "service:orders"
    assert told == tuple(
        OrderChange(
            version=version,
            at=NOON,
            by=by,
            change=change,
            from_state=before,
            to_state=after,
            basis=basis,
        )
        for version, by, change, before, after, basis in (
            (1, "administrator", "SUBMITTED", None, review, None),
            (2, service, "RESERVED", review, review, None),
            (3, service, "KIT_LOCK_REQUESTED", review, review, None),
            (4, service, "KIT_LOCKED", review, kit_locked, None),
            (5, "administrator", "CANCELLED", kit_locked, OrderState.CANCELLED, letter),
        )
    )
    assert nothing == ()
    assert len(short) == 1


async def test_the_lines_of_all_orders_of_a_page_take_one_statement(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        for _ in range(5):
            await submitted(tx)
        async with statements(orders_db) as sent:
            page = await list_orders(ListOrders(page=Page(first=4)), tx)

        assert len(page.orders) == 4
        assert len(sent) == 2

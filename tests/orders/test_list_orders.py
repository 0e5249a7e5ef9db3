from datetime import UTC, datetime, timedelta

import pytest
from hedgerow.contracts.orders import (
    CancelOrder,
    Customer,
    ListOrders,
    OrderSort,
    OrderState,
    OrderWhere,
    Sourcing,
)
from hedgerow.contracts.values import Basis, Page
from hedgerow.errors import Invalid
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.views.listing import list_orders
from orders.makers import (
    NINGBO,
    SUZHOU,
    answers,
    assigned,
    know,
    line,
    ship_to,
    submit,
    submitted,
)
from worlds import NOON, administrator, transaction

DESC, ASC = OrderSort.PLACED_AT_DESC, OrderSort.PLACED_AT_ASC
HOUR = timedelta(hours=1)


async def eleven(tx):
    """Eleven orders, oldest first, up to four of them placed at the same instant."""
    await know(tx)
    hours = (0, 1, 1, 1, 1, 2, 3, 3, 4, 5, 5)
    views = await answers(tx, *(submit(placed_at=NOON - 9 * HOUR + each * HOUR) for each in hours))
    return [
        view.order_id for view in sorted(views, key=lambda view: (view.placed_at, view.order_id))
    ]


@pytest.mark.parametrize("sort", [DESC, ASC])
@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 100])
async def test_forward_pages_show_every_order_once_in_order(orders_db, sort, size):
    async with transaction(orders_db, administrator()) as tx:
        expected = await eleven(tx)
        if sort is DESC:
            expected.reverse()
        shown, after, pages = [], None, []
        while True:
            page = await list_orders(ListOrders(sort=sort, page=Page(first=size, after=after)), tx)
            shown += [view.order_id for view in page.orders]
            pages.append(page)
            if not page.has_next:
                break
            after = page.cursors[-1]

    assert shown == expected
    assert [page.has_previous for page in pages] == [False] + [True] * (len(pages) - 1)
    assert all(page.total is None for page in pages)


@pytest.mark.parametrize("sort", [DESC, ASC])
@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 100])
async def test_backward_pages_show_every_order_once_in_the_same_order(orders_db, sort, size):
    async with transaction(orders_db, administrator()) as tx:
        expected = await eleven(tx)
        if sort is DESC:
            expected.reverse()
        shown, before, pages = [], None, []
        while True:
            page = await list_orders(ListOrders(sort=sort, page=Page(last=size, before=before)), tx)
            shown = [view.order_id for view in page.orders] + shown
            pages.append(page)
            if not page.has_previous:
                break
            before = page.cursors[0]

    assert shown == expected
    assert [page.has_next for page in pages] == [False] + [True] * (len(pages) - 1)


async def test_a_window_may_be_closed_on_both_sides(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        expected = await eleven(tx)
        every = await list_orders(ListOrders(sort=ASC, page=Page(first=11)), tx)
        between = {"after": every.cursors[2], "before": every.cursors[8]}
        whole = await list_orders(ListOrders(sort=ASC, page=Page(first=5, **between)), tx)
        first = await list_orders(ListOrders(sort=ASC, page=Page(first=2, **between)), tx)
        last = await list_orders(ListOrders(sort=ASC, page=Page(last=2, **between)), tx)

    for page, part in ((whole, expected[3:8]), (first, expected[3:5]), (last, expected[6:8])):
        assert [view.order_id for view in page.orders] == part
    assert (first.has_previous, first.has_next) == (True, True)
    assert (last.has_previous, last.has_next) == (True, True)


async def test_a_page_after_the_last_order_is_empty_and_has_something_before(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await eleven(tx)
        every = await list_orders(ListOrders(page=Page(first=11)), tx)
        page = await list_orders(ListOrders(page=Page(first=5, after=every.cursors[-1])), tx)

    assert (page.orders, page.cursors) == ((), ())
    assert (page.has_previous, page.has_next) == (True, False)


async def test_the_total_counts_the_whole_list_when_it_is_asked_for(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await eleven(tx)
        every = await list_orders(ListOrders(page=Page(first=3)), tx)
        page = await list_orders(
            ListOrders(page=Page(first=3, after=every.cursors[-1], total=True)), tx
        )
        older = await list_orders(
            ListOrders(
                where=OrderWhere(placed_before=NOON - 7 * HOUR), page=Page(first=1, total=True)
            ),
            tx,
        )

    assert (page.total, older.total) == (11, 5)


async def test_a_malformed_page_is_refused(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        for page, code, field in (
            (Page(first=101), "PAGE_SIZE", "page.first"),
            (Page(last=1, before="f" * 32), "CURSOR", "page.before"),
        ):
            with pytest.raises(Invalid) as refused:
                await list_orders(ListOrders(page=page), tx)

            assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, "abcd"),
        ({"plant_ids": (NINGBO,)}, "bc"),
        ({"plant_ids": (NINGBO, SUZHOU)}, "bcd"),
        ({"states": (OrderState.CANCELLED,)}, "c"),
        ({"states": (OrderState.CANCELLED, OrderState.PENDING_REVIEW)}, "abcd"),
        ({"sourcing": (Sourcing.PENDING, Sourcing.RELEASED)}, "ac"),
        ({"channels": ("JD",)}, "b"),
        ({"regions": ("江苏", "安徽")}, "d"),
        ({"customer_codes": ("C-001",)}, "bd"),
        ({"customer_codes": ("C-001",), "plant_ids": (NINGBO,)}, "b"),
        ({"sku": "SIGN"}, "c"),
        ({"sku": "NO-SUCH"}, ""),
        ({"number_prefix": "HY20260329"}, "abcd"),
        ({"number_prefix": "HY20260329-0002"}, "b"),
        ({"number_prefix": "HY2025"}, ""),
        ({"placed_from": NOON - HOUR}, "a"),
        ({"placed_from": NOON - 2 * HOUR, "placed_before": NOON}, "b"),
    ],
)
async def test_a_list_shows_the_orders_for_which_every_condition_holds(orders_db, where, expected):
    async with transaction(orders_db, administrator()) as tx:
        made = {
            "a": await submitted(tx, customer=Customer("C-002", "苏州阀门")),
            "b": await assigned(tx, channel="JD", placed_at=NOON - 2 * HOUR),
            "c": await assigned(
                tx,
                customer=Customer("C-003", "合肥电器"),
                lines=(line(), line("SIGN"), line("SIGN")),
                placed_at=NOON - 3 * HOUR,
            ),
            "d": await assigned(
                tx, SUZHOU, ship_to=ship_to(region="江苏"), placed_at=NOON - 4 * HOUR
            ),
        }
        basis = Basis("LETTER", "17")
        await cancel_order(CancelOrder(order_id=made["c"].order_id, basis=basis), tx)
        page = await list_orders(
            ListOrders(where=OrderWhere(**where), page=Page(first=9, total=True)), tx
        )

    assert [view.order_id for view in page.orders] == [made[each].order_id for each in expected]
    assert page.total == len(expected)


@pytest.mark.parametrize(
    ("where", "code", "field"),
    [
        ({"channels": ("JD", "\0")}, "TEXT_INVALID", "where.channels.1"),
        ({"regions": ("",)}, "TEXT_INVALID", "where.regions.0"),
        ({"customer_codes": ("\ud800",)}, "TEXT_INVALID", "where.customer_codes.0"),
        ({"customer_codes": ("C",) * 101}, "COUNT_INVALID", "where.customer_codes"),
        ({"sku": "\0"}, "TEXT_INVALID", "where.sku"),
        ({"number_prefix": "HY%"}, "TEXT_INVALID", "where.number_prefix"),
        ({"placed_from": datetime(2026, 3, 29)}, "TIME_INVALID", "where.placed_from"),  # noqa: DTZ001
        (
            {"placed_before": datetime(1, 1, 1, tzinfo=UTC)},
            "TIME_INVALID",
            "where.placed_before",
        ),
    ],
)
async def test_a_malformed_condition_is_refused(orders_db, where, code, field):
    async with transaction(orders_db, administrator()) as tx:
        with pytest.raises(Invalid) as refused:
            await list_orders(ListOrders(where=OrderWhere(**where), page=Page(first=1)), tx)

    assert (refused.value.code, refused.value.field) == (code, field)

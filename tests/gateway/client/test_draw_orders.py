from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hedgerow_gateway.client.demo.company import customers, opening, skus
from hedgerow_gateway.client.demo.draw_orders import SCARCE, UNTOUCHED, draw_orders

ORDERS = draw_orders()
WAREHOUSES = ("HGH", "HFE")


def test_the_orders_are_the_same_every_time():
    assert draw_orders() == ORDERS
    assert len(ORDERS) == 300
    assert [order.index for order in ORDERS] == list(range(300))


def test_they_spread_over_six_weeks_in_office_hours_and_none_at_the_same_time():
    ages = [order.age for order in ORDERS]

    assert ages == sorted(set(ages), reverse=True)
    assert timedelta(days=41) < ages[0] <= timedelta(days=42)
    assert timedelta(hours=14) <= ages[-1] < timedelta(days=2)
    for age in ages:
        assert timedelta(0) <= -age % timedelta(days=1) <= timedelta(hours=10)


def test_every_customer_orders_and_every_article_but_the_readmes_is_ordered():
    assert {order.customer.code for order in ORDERS} == {each.code for each in customers()}
    ordered = {sku.code for order in ORDERS for sku, _ in order.lines}
    assert ordered == {sku.code for sku in skus()} - {UNTOUCHED}


def test_an_article_stands_on_one_line_of_an_order_with_a_quantity_that_can_be_one():
    for order in ORDERS:
        codes = [sku.code for sku, _ in order.lines]
        assert len(codes) == len(set(codes)) >= 1
        assert all(quantity > 0 and quantity % Decimal("0.5") == 0 for _, quantity in order.lines)


def test_they_have_come_as_far_as_a_running_company_would_have():
    goals = Counter(order.goal for order in ORDERS)

    assert goals == {
        "SIGNED": 85,
        "QUALITY_RELEASED": 28,
        "IN_PRODUCTION": 29,
        "KIT_LOCKED": 47,
        "PENDING_REVIEW": 99,
        "CANCELLED": 12,
    }


def test_signed_orders_are_returned_to_every_end():
    returns = [order.returned for order in ORDERS if order.returned is not None]

    assert Counter(each.goal for each in returns) == {
        "ACCEPTED": 5,
        "APPROVED": 2,
        "RECEIVED": 1,
        "REFUSED": 1,
    }
    assert {each.disposition for each in returns if each.goal == "ACCEPTED"} == {
        "RESTOCKED",
        "NOT_RESTOCKED",
        "PROCESSING_REQUIRED",
    }
    assert all(order.goal == "SIGNED" for order in ORDERS if order.returned is not None)


def test_every_order_that_moves_on_finds_stock_whichever_comes_first():
    """Worst case: each warehouse serves all orders alone, and a kit asks for 30 % more."""
    wanted = Counter()
    for order in ORDERS:
        for sku, quantity in order.lines:
            wanted[sku] += quantity * Decimal("1.3")
    for sku, total in wanted.items():
        on_hand, safety = max(opening(sku, place) for place in WAREHOUSES)
        assert sku.code == SCARCE or on_hand - safety >= total, sku.code


def test_the_scarce_article_is_short_whoever_asks_first():
    scarce = [(order, dict_of(order)[SCARCE]) for order in ORDERS if SCARCE in dict_of(order)]
    known = next(sku for sku in skus() if sku.code == SCARCE)
    most = max(opening(known, place)[0] for place in ("HGH", "HFE", "NGB-01", "SZH-01"))

    assert len(scarce) == 5
    assert all(quantity > most for _, quantity in scarce)
    assert {order.goal for order, _ in scarce} == {"PENDING_REVIEW"}


def dict_of(order):
    return {sku.code: quantity for sku, quantity in order.lines}

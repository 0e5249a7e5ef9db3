from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.orders import Customer, OrderAttribute
from hedgerow.contracts.values import Datum, GeoPoint, Money
from hedgerow.errors import Invalid
from hedgerow_orders.store.orders import OrderExists
from orders.makers import NINGBO, answers, everything, know, line, ship_to, submit, submitted
from worlds import NOON, administrator, caller, transaction

FAR_EAST = timezone(timedelta(hours=14))


def price(amount: str, currency: str = "CNY") -> Money:
    return Money(Decimal(amount), currency)


def attribute(name: str, value: str = "yes") -> OrderAttribute:
    return OrderAttribute(name, value)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"channel": ""}, "CODE_INVALID", "channel"),
        ({"channel": "T MALL"}, "CODE_INVALID", "channel"),
        ({"channel": "T" * 41}, "CODE_INVALID", "channel"),
        ({"channel": "T\n"}, "CODE_INVALID", "channel"),
        ({"customer": Customer("", "港机")}, "TEXT_INVALID", "customer.code"),
        ({"customer": Customer("C", "  ")}, "TEXT_INVALID", "customer.name"),
        ({"customer": Customer("C", "港\0机")}, "TEXT_INVALID", "customer.name"),
        ({"customer": Customer("C", "港\ud800")}, "TEXT_INVALID", "customer.name"),
        ({"customer": Customer("C", "港" * 201)}, "TEXT_INVALID", "customer.name"),
        ({"ship_to": ship_to(region="")}, "TEXT_INVALID", "ship_to.region"),
        ({"ship_to": ship_to(city="\0")}, "TEXT_INVALID", "ship_to.city"),
        ({"ship_to": ship_to(address="a" * 501)}, "TEXT_INVALID", "ship_to.address"),
        (
            {"ship_to": ship_to(point=GeoPoint(181.0, 30.0, Datum.WGS84))},
            "BAD_COORDINATE",
            "ship_to.point.lon",
        ),
        (
            {"ship_to": ship_to(point=GeoPoint(121.0, float("nan"), Datum.GCJ02))},
            "BAD_COORDINATE",
            "ship_to.point.lat",
        ),
        ({"customer_grade": "G" * 41}, "TEXT_INVALID", "customer_grade"),
        ({"attributes": (attribute("gift tag"),)}, "CODE_INVALID", "attributes.0.name"),
        (
            {"attributes": (attribute("gift"), attribute("gift", "no"))},
            "GIVEN_TWICE",
            "attributes.1.name",
        ),
        ({"attributes": (attribute("gift", "\0"),)}, "TEXT_INVALID", "attributes.0.value"),
        ({"attributes": (attribute("gift", "a" * 201),)}, "TEXT_INVALID", "attributes.0.value"),
        (
            {"attributes": tuple(attribute(f"n{number}") for number in range(51))},
            "COUNT_INVALID",
            "attributes",
        ),
        ({"lines": ()}, "COUNT_INVALID", "lines"),
        ({"lines": (line(),) * 201}, "COUNT_INVALID", "lines"),
        ({"lines": (line(), line("NO-SUCH"))}, "UNKNOWN_SKU", "lines.1.sku"),
        ({"lines": (line("BOLT\0M8"),)}, "TEXT_INVALID", "lines.0.sku"),
        ({"lines": (line(quantity="0"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="-1"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="1e12"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="0.0000001"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="1e-999999"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="NaN"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        ({"lines": (line(quantity="-Infinity"),)}, "QUANTITY_INVALID", "lines.0.quantity"),
        (
            {"lines": (line(), line(unit_price=price("-0.01")))},
            "PRICE_INVALID",
            "lines.1.unit_price.amount",
        ),
        (
            {"lines": (line(unit_price=price("sNaN")),)},
            "PRICE_INVALID",
            "lines.0.unit_price.amount",
        ),
        (
            {"lines": (line(unit_price=price("1", "RMB¥")),)},
            "PRICE_INVALID",
            "lines.0.unit_price.currency",
        ),
        ({"placed_at": NOON + timedelta(minutes=5, seconds=1)}, "TIME_INVALID", "placed_at"),
        ({"placed_at": NOON.replace(tzinfo=None)}, "TIME_INVALID", "placed_at"),
        ({"placed_at": datetime(1, 1, 1, tzinfo=FAR_EAST)}, "TIME_INVALID", "placed_at"),
        ({"promised_at": NOON}, "TIME_INVALID", "promised_at"),
        ({"promised_at": datetime(9999, 12, 31, tzinfo=UTC)}, "TIME_INVALID", "promised_at"),
    ],
)
async def test_a_malformed_order_is_refused_and_leaves_nothing(orders_db, changes, code, field):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        [refused] = await answers(tx, submit(**changes))

        assert isinstance(refused, Invalid)
        assert (refused.code, refused.field) == (code, field)
        assert refused.en
        assert refused.zh
        assert await everything(tx) == [[], [], [], []]
        assert tx.emitted == []


async def test_a_placing_time_five_minutes_ahead_is_a_clock_that_runs_fast(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        view = await submitted(tx, placed_at=NOON + timedelta(minutes=5))

    assert view.placed_at == NOON + timedelta(minutes=5)


async def test_the_largest_order_and_the_widest_numbers_are_taken(orders_db):
    widest = line(quantity="999999999999.999999", unit_price=price("0"))

    async with transaction(orders_db, administrator()) as tx:
        view = await submitted(tx, lines=(widest,) * 200)

    assert len(view.lines) == 200
    assert view.lines[199].quantity == Decimal("999999999999.999999")


async def test_an_exponent_is_kept_as_a_plain_number(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        view = await submitted(tx, lines=(line(quantity="1E+2"),))

    assert str(view.lines[0].quantity) == "100"


async def test_a_caller_without_the_right_anywhere_submits_nothing(orders_db):
    buyer = caller(plants={NINGBO: Role.PURCHASER})

    async with transaction(orders_db, buyer) as tx:
        await know(tx)
        [refused] = await answers(tx, submit())

        assert isinstance(refused, NotPermitted)
        assert await everything(tx) == [[], [], [], []]
        assert tx.emitted == []


async def test_an_id_that_is_taken_is_refused_even_to_those_who_cannot_see_its_order(orders_db):
    sales = caller(plants={NINGBO: Role.SALES})

    async with transaction(orders_db, sales) as tx:
        first = await submitted(tx)
        emitted = len(tx.emitted)
        before = (await everything(tx))[:3]
        [refused] = await answers(tx, submit(order_id=first.order_id))

        assert isinstance(refused, OrderExists)
        assert (refused.code, refused.field) == ("ORDER_EXISTS", "order_id")
        assert (await everything(tx))[:3] == before
        assert len(tx.emitted) == emitted


async def test_a_taken_id_in_a_batch_makes_the_pipeline_try_them_one_by_one(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        first = await submitted(tx)
        with pytest.raises(OrderExists):
            await answers(tx, submit(), submit(order_id=first.order_id))


async def test_of_two_orders_with_one_id_in_a_batch_the_first_is_taken(orders_db):
    one = submit()

    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        view, refused = await answers(tx, one, submit(order_id=one.order_id))

        assert view.order_id == one.order_id
        assert isinstance(refused, OrderExists)
        assert len(tx.emitted) == 1


async def test_refused_orders_in_a_batch_of_64_leave_their_neighbours_alone(orders_db):
    asked = [submit() for _ in range(64)]
    asked[7] = submit(lines=(line("NO-SUCH"),))
    asked[40] = submit(channel="")

    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        given = await answers(tx, *asked)

        taken = [each for each in asked if each not in (asked[7], asked[40])]
        assert [(each, given[each].code) for each in (7, 40)] == [
            (7, "UNKNOWN_SKU"),
            (40, "CODE_INVALID"),
        ]
        assert [each.order_id for each in given if not isinstance(each, Invalid)] == [
            each.order_id for each in taken
        ]
        assert [each.event.order_id for each in tx.emitted] == [each.order_id for each in taken]
        stored = (await everything(tx))[0]
        assert len(stored) == 62

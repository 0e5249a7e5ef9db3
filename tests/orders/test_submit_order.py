from decimal import Decimal

from hedgerow.auth import Role
from hedgerow.contracts.orders import (
    Customer,
    Milestone,
    OrderAttribute,
    OrderLineView,
    OrderPriority,
    OrderState,
    OrderSubmitted,
    OrderType,
    OrderView,
    Sourcing,
)
from hedgerow.contracts.values import Datum, GeoPoint, Line, LonLat, Money
from orders.makers import NINGBO, answers, know, line, read, ship_to, sku, statements, submit
from worlds import NOON, administrator, caller, transaction


async def test_a_submitted_order_is_captured_with_its_number_lines_and_both_points(orders_db):
    given = GeoPoint(121.5545, 29.8671, Datum.GCJ02)
    lines = (line("BOLT-M8", "10", unit_price=Money(Decimal("1.50"), "CNY")), line("SIGN", "0.5"))
    asked = submit(ship_to=ship_to(city="宁波", address="港口路 1 号", point=given), lines=lines)

    async with transaction(orders_db, administrator()) as tx:
        await know(tx, sku("BOLT-M8"), sku("SIGN", custom=True, name="铭牌"))
        [view] = await answers(tx, asked)

        assert view == OrderView(
            order_id=asked.order_id,
            number="HY20260329-0001",
            type=OrderType.MTO,
            state=OrderState.PENDING_REVIEW,
            sourcing=Sourcing.PENDING,
            milestones=(Milestone.CAPTURED,),
            plant_id=None,
            decision_id=None,
            channel="TMALL",
            customer=Customer("C-001", "宁波港机"),
            ship_to=asked.ship_to,
            ship_to_wgs84=view.ship_to_wgs84,
            lines=(
                OrderLineView(
                    line_no=1,
                    sku="BOLT-M8",
                    name="六角螺栓 M8",
                    unit="件",
                    quantity=Decimal(10),
                    unit_price=Money(Decimal("1.50"), "CNY"),
                    custom=False,
                ),
                OrderLineView(
                    line_no=2,
                    sku="SIGN",
                    name="铭牌",
                    unit="件",
                    quantity=Decimal("0.5"),
                    unit_price=None,
                    custom=True,
                ),
            ),
            shortages=(),
            unroutable="",
            kit_lock_pending=False,
            placed_at=NOON,
            promised_at=None,
            updated_at=NOON,
            delivered_at=None,
            signer="",
            submitted_by="administrator",
            cancellation=None,
            version=1,
        )
        assert await read(tx, asked.order_id) == view
    assert abs(view.ship_to_wgs84.lon - 121.5500) < 0.001  # GCJ-02 lies to the east there
    assert view.ship_to_wgs84 != LonLat(given.lon, given.lat)


async def test_a_submitted_order_is_announced_once_without_a_plant(orders_db):
    asked = submit()

    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        await answers(tx, asked)

        [emission] = tx.emitted
    assert (emission.aggregate, emission.version, emission.plant_id) == (
        f"order:{asked.order_id}",
        1,
        None,
    )
    assert emission.event == OrderSubmitted(
        order_id=asked.order_id,
        number="HY20260329-0001",
        occurred_at=NOON,
        type=OrderType.MTO,
        channel="TMALL",
        customer_code="C-001",
        region="浙江",
        point=LonLat(121.55, 29.87),
        given=asked.ship_to.point,
        lines=(Line(1, "BOLT-M8", Decimal(10)),),
        placed_at=NOON,
    )


async def test_what_rules_may_ask_is_kept_and_announced(orders_db):
    asked = submit(
        priority=OrderPriority.B,
        customer_grade=" GOLD ",
        attributes=(OrderAttribute("season", " spring "), OrderAttribute("gift", "")),
        lines=(line("BOLT-M8"), line("SIGN")),
    )
    kept = (OrderAttribute("gift", ""), OrderAttribute("season", "spring"))

    async with transaction(orders_db, administrator()) as tx:
        await know(tx, sku("BOLT-M8"), sku("SIGN", custom=True))
        [view] = await answers(tx, asked)

        assert (view.priority, view.customer_grade, view.attributes) == ("B", "GOLD", kept)
        assert await read(tx, asked.order_id) == view
        [emitted] = tx.emitted
        event = emitted.event
        assert (event.priority, event.customer_grade, event.attributes) == ("B", "GOLD", kept)
        assert event.custom is True


async def test_an_order_that_says_nothing_of_it_is_neither_urgent_nor_custom(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx, sku("BOLT-M8"))
        await answers(tx, submit())

        [emitted] = tx.emitted
        event = emitted.event
        assert (event.priority, event.customer_grade, event.attributes) == ("NORMAL", "", ())
        assert event.custom is False


async def test_staff_of_one_plant_may_submit_an_order_that_they_cannot_see_yet(orders_db):
    sales = caller(plants={NINGBO: Role.SALES}, subject="lin")

    async with transaction(orders_db, sales) as tx:
        await know(tx)
        [view] = await answers(tx, submit())

        assert (view.number, view.submitted_by) == ("HY20260329-0001", "lin")
        assert len(tx.emitted) == 1


async def test_the_numbers_of_a_batch_follow_one_another_and_go_on_in_the_next(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        first = await answers(tx, submit(), submit())
        [second] = await answers(tx, submit())

    assert [view.number for view in first] == ["HY20260329-0001", "HY20260329-0002"]
    assert second.number == "HY20260329-0003"


async def test_a_batch_of_64_takes_as_many_statements_as_an_order_alone(orders_db):
    codes = [f"SKU-{each}" for each in range(5)]
    lines = tuple(line(code) for code in codes)

    async with transaction(orders_db, administrator()) as tx:
        await know(tx, *(sku(code) for code in codes))
        async with statements(orders_db) as alone:
            await answers(tx, submit(lines=lines))
        async with statements(orders_db) as together:
            views = await answers(tx, *(submit(lines=lines) for _ in range(64)))

        assert len(tx.emitted) == 65
    assert (len(alone), len(together)) == (5, 5)
    assert alone == together
    assert [view.number for view in views] == [f"HY20260329-{n:04d}" for n in range(2, 66)]


async def test_texts_are_kept_without_blanks_at_their_ends(orders_db):
    asked = submit(
        customer=Customer(" C-001", "宁波港机\u3000"),
        ship_to=ship_to(region="浙江 ", city=" ", address="港口路 1 号\n2 楼\n"),
        lines=(line(" BOLT-M8 "),),
    )

    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        [view] = await answers(tx, asked)

        assert view == await read(tx, view.order_id)
        assert view.customer == Customer("C-001", "宁波港机")
        assert (view.ship_to.region, view.ship_to.city) == ("浙江", "")
        assert view.ship_to.address == "港口路 1 号\n2 楼"
        assert view.lines[0].sku == "BOLT-M8"
        assert tx.emitted[-1].event.customer_code == "C-001"

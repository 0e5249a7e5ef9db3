from decimal import Decimal

from hedgerow.contracts.inventory import (
    Placement,
    ReservationEvent,
    StockReserved,
    StockShort,
)
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import OrderId, new_id
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.store.invariants import violations
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    SUZHOU,
    cancelled,
    counters,
    everything,
    lines,
    protect,
    reactor,
    receive,
    register,
    routed,
    rows,
    statements,
)
from worlds import transaction


async def stocked(tx):
    """100 bolts above a safety level of 80 and 50 nuts in Hangzhou; plenty of both in Hefei."""
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100), (NUT, 50))
    await receive(tx, HEFEI, (BOLT, 1000), (NUT, 1000))
    await protect(tx, HANGZHOU, BOLT, 80)
    tx.emitted.clear()


async def test_an_order_is_reserved_and_announced_with_what_was_seen(inventory_db):
    order = routed((BOLT, 10), (NUT, 5))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        await on_orders_routed([order], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (100, 10, 0, 0, 0)
        assert await counters(tx, HANGZHOU, NUT) == (50, 5, 0, 0, 0)
        kept = await rows(tx, "reservations")
        assert [(r["line_no"], r["sku"], r["quantity"], r["state"]) for r in kept] == [
            (1, BOLT, 10, "HELD"),
            (2, NUT, 5, "HELD"),
        ]
        [held] = await rows(tx, "reservation_sets")
        assert (held["state"], held["version"], held["plant_id"]) == ("HELD", 1, NINGBO)
        entries = (await rows(tx, "stock_ledger"))[-2:]
        assert [(e["kind"], e["reserved"], e["on_hand"]) for e in entries] == [
            ("RESERVATION", 10, 0),
            ("RESERVATION", 5, 0),
        ]
        assert {e["reference"] for e in entries} == {f"order:{order.order_id}"}
        [told] = tx.emitted
        assert told.event.plan[0] == Placement(
            line_no=1, sku=BOLT, quantity=Decimal(10), location_id=HANGZHOU
        )
        assert isinstance(told.event, StockReserved)
        assert told.event.decision_id == order.decision_id
        assert [(s.sku, s.available, s.safety_level, s.passed) for s in told.event.seen] == [
            (BOLT, 100, 80, True),
            (NUT, 50, 0, True),
        ]
        assert told.aggregate == f"reservation:{order.order_id}"
        assert (told.version, told.plant_id) == (1, NINGBO)
        assert await violations(tx.conn) == []


async def test_stock_below_the_safety_level_overflows_to_the_next_location(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        await on_orders_routed([routed((BOLT, 25), test=SafetyTest.AFTER)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (100, 0, 0, 0, 0)
        assert await counters(tx, HEFEI, BOLT) == (1000, 25, 0, 0, 0)
        [told] = tx.emitted
        assert [seen.reason for seen in told.event.seen] == ["BELOW_SAFETY", ""]
        [kept] = await rows(tx, "reservations")
        assert (kept["plant_id"], kept["location_plant_id"]) == (NINGBO, SUZHOU)


async def test_a_short_order_holds_nothing_and_says_what_is_missing(inventory_db):
    order = routed((BOLT, 5), (NUT, 5000))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        before = await rows(tx, "stock")

        await on_orders_routed([order], tx)

        assert await rows(tx, "stock") == before
        assert await rows(tx, "reservations") == []
        [short] = await rows(tx, "reservation_sets")
        assert (short["state"], short["version"]) == ("SHORT", 1)
        [told] = tx.emitted
        assert isinstance(told.event, StockShort)
        assert told.event.missing == lines((BOLT, 5), (NUT, 5000))[1:]
        assert [(s.sku, s.passed) for s in told.event.seen] == [
            (BOLT, True),
            (NUT, False),
            (NUT, False),
        ]


async def test_a_batch_is_served_in_its_order(inventory_db):
    first, second, third = (routed((BOLT, n), chain=[HANGZHOU]) for n in (15, 10, 5))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        await on_orders_routed([first, second, third], tx)

        answers = [e for e in tx.emitted if isinstance(e.event, ReservationEvent)]
        told = {e.event.order_id: e for e in answers}
        assert isinstance(told[first.order_id].event, StockReserved)
        assert isinstance(told[second.order_id].event, StockReserved)
        assert isinstance(told[third.order_id].event, StockShort)
        assert told[third.order_id].event.seen[0].available == 75
        assert [e.event.order_id for e in answers] == [
            first.order_id,
            second.order_id,
            third.order_id,
        ]
        assert await violations(tx.conn) == []


async def test_an_order_is_reserved_once_however_often_it_is_routed(inventory_db):
    order_id = OrderId(new_id())
    first, again = routed((BOLT, 10), order_id=order_id), routed((BOLT, 7), order_id=order_id)
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        await on_orders_routed([first, again], tx)
        after = await everything(tx)
        await on_orders_routed([first], tx)
        await on_orders_routed([again], tx)

        assert await everything(tx) == after
        assert await counters(tx, HANGZHOU, BOLT) == (100, 10, 0, 0, 0)
        assert [e.event.decision_id for e in tx.emitted] == [first.decision_id]


async def test_an_order_that_was_cancelled_before_it_was_routed_reserves_nothing(inventory_db):
    late, other = routed((BOLT, 10)), routed((BOLT, 5))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await on_orders_cancelled([cancelled(late.order_id, None)], tx)

        await on_orders_routed([late, other], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (100, 5, 0, 0, 0)
        assert [e.event.order_id for e in tx.emitted] == [other.order_id]


async def test_an_order_without_candidates_is_short(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        await on_orders_routed([routed((BOLT, 1), chain=[])], tx)

        [told] = tx.emitted
        assert (told.event.missing, told.event.seen) == (lines((BOLT, 1)), ())


async def test_the_number_of_statements_does_not_grow_with_the_batch(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await receive(tx, HANGZHOU, (BOLT, 1000), (NUT, 1000))
        with statements(inventory_db) as one:
            await on_orders_routed([routed((BOLT, 1)), routed((BOLT, 99999))], tx)

        with statements(inventory_db) as many:
            await on_orders_routed(
                [routed((BOLT, 1), (NUT, 2), (BOLT, 3)) for _ in range(63)]
                + [routed((NUT, 99999))],
                tx,
            )

        assert len(many) == len(one) == 6
        assert await violations(tx.conn) == []

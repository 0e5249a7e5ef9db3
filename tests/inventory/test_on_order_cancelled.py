from datetime import timedelta
from decimal import Decimal

from hedgerow.contracts.inventory import Placement, StockReleased
from hedgerow.contracts.values import OrderId, new_id
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.store.invariants import violations
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    cancelled,
    counters,
    delivered,
    everything,
    kit_lock_requested,
    reactor,
    receive,
    register,
    routed,
    rows,
    statements,
)
from worlds import transaction


async def reserved(tx, *orders, stock=1000):
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, stock))
    await on_orders_routed(orders, tx)
    tx.emitted.clear()


async def test_what_was_reserved_is_given_back(inventory_db):
    order, other = routed((BOLT, 10), (BOLT, 5)), routed((BOLT, 7))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order, other)

        await on_orders_cancelled([cancelled(order.order_id)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (1000, 7, 0, 0, 0)
        states = {(r["order_id"], r["line_no"]): r["state"] for r in await rows(tx, "reservations")}
        assert states == {
            (order.order_id, 1): "RELEASED",
            (order.order_id, 2): "RELEASED",
            (other.order_id, 1): "HELD",
        }
        [told] = tx.emitted
        assert told.event == StockReleased(
            order_id=order.order_id,
            plant_id=NINGBO,
            plan=(
                Placement(line_no=1, sku=BOLT, quantity=Decimal(10), location_id=HANGZHOU),
                Placement(line_no=2, sku=BOLT, quantity=Decimal(5), location_id=HANGZHOU),
            ),
        )
        assert told.aggregate == f"reservation:{order.order_id}"
        assert (told.version, told.plant_id) == (2, NINGBO)
        entries = (await rows(tx, "stock_ledger"))[-2:]
        assert [(e["kind"], e["reserved"]) for e in entries] == [("RELEASE", -10), ("RELEASE", -5)]
        assert await violations(tx.conn) == []


async def test_what_was_allocated_is_given_back(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order)
        await on_kit_locks_requested([kit_lock_requested(order)], tx)
        assert await counters(tx, HANGZHOU, BOLT) == (1000, 0, 10, 0, 0)

        await on_orders_cancelled([cancelled(order.order_id)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (1000, 0, 0, 0, 0)
        assert [(type(e.event).__name__, e.version) for e in tx.emitted] == [
            ("KitConfirmed", 2),
            ("StockReleased", 3),
        ]
        assert await violations(tx.conn) == []


async def test_an_order_that_is_not_routed_yet_is_remembered(inventory_db):
    order_id = OrderId(new_id())
    async with transaction(inventory_db, reactor()) as tx:
        await on_orders_cancelled([cancelled(order_id, None)], tx)

        [tomb] = await rows(tx, "reservation_sets")
        assert (tomb["order_id"], tomb["state"], tomb["version"]) == (order_id, "CANCELLED", 0)
        assert (tomb["plant_id"], tomb["decision_id"]) == (None, None)
        assert tx.emitted == []


async def test_a_short_order_ends_without_a_word(inventory_db):
    order = routed((BOLT, 5000))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order)

        await on_orders_cancelled([cancelled(order.order_id)], tx)

        [ended] = await rows(tx, "reservation_sets")
        assert (ended["state"], ended["version"]) == ("CANCELLED", 1)
        assert tx.emitted == []


async def test_cancelling_twice_gives_back_once(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order)
        await on_orders_cancelled([cancelled(order.order_id)], tx)
        after = await everything(tx)
        tx.now += timedelta(hours=1)

        await on_orders_cancelled([cancelled(order.order_id)], tx)

        assert await everything(tx) == after
        assert len(tx.emitted) == 1


async def test_goods_that_have_left_do_not_come_back(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order)
        await on_orders_delivered([delivered(order)], tx)
        after = await everything(tx)
        tx.now += timedelta(hours=1)

        await on_orders_cancelled([cancelled(order.order_id)], tx)

        assert await everything(tx) == after


async def test_released_stock_serves_the_next_order(inventory_db):
    first, second = routed((BOLT, 10)), routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, first, stock=10)
        await on_orders_cancelled([cancelled(first.order_id)], tx)

        await on_orders_routed([second], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (10, 10, 0, 0, 0)


async def test_the_number_of_statements_does_not_grow_with_the_batch(inventory_db):
    orders = [routed((BOLT, 1), (BOLT, 2)) for _ in range(65)]
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, *orders)
        with statements(inventory_db) as one:
            await on_orders_cancelled([cancelled(orders[0].order_id)], tx)

        with statements(inventory_db) as many:
            await on_orders_cancelled([cancelled(o.order_id) for o in orders[1:]], tx)

        assert len(many) == len(one) == 8
        assert await counters(tx, HANGZHOU, BOLT) == (1000, 0, 0, 0, 0)
        assert await violations(tx.conn) == []

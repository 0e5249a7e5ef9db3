from datetime import timedelta
from decimal import Decimal

from hedgerow.contracts.inventory import Placement, StockIssued
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.store.invariants import violations
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
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


async def locked(tx, *orders):
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 1000))
    await on_orders_routed(orders, tx)
    await on_kit_locks_requested([kit_lock_requested(order) for order in orders], tx)
    tx.emitted.clear()


async def test_delivered_goods_leave_the_stock(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await locked(tx, order)

        await on_orders_delivered([delivered(order)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (990, 0, 0, 0, 0)
        entry = (await rows(tx, "stock_ledger"))[-1]
        assert (entry["kind"], entry["on_hand"], entry["allocated"]) == ("ISSUE", -10, -10)
        [told] = tx.emitted
        assert told.event == StockIssued(
            order_id=order.order_id,
            plant_id=NINGBO,
            plan=(Placement(line_no=1, sku=BOLT, quantity=Decimal(10), location_id=HANGZHOU),),
        )
        assert (told.version, told.plant_id) == (3, NINGBO)
        assert await violations(tx.conn) == []


async def test_goods_that_were_only_reserved_leave_as_well(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await locked(tx)
        await on_orders_routed([order], tx)

        await on_orders_delivered([delivered(order)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (990, 0, 0, 0, 0)
        assert await violations(tx.conn) == []


async def test_delivering_twice_issues_once(inventory_db):
    order, unknown, short = routed((BOLT, 10)), routed((BOLT, 10)), routed((BOLT, 9999))
    async with transaction(inventory_db, reactor()) as tx:
        await locked(tx, order, short)
        await on_orders_delivered([delivered(order)], tx)
        after = await everything(tx)
        tx.now += timedelta(hours=1)

        await on_orders_delivered([delivered(o) for o in (order, unknown, short)], tx)

        assert await everything(tx) == after
        assert len(tx.emitted) == 1


async def test_the_number_of_statements_does_not_grow_with_the_batch(inventory_db):
    orders = [routed((BOLT, 1), (BOLT, 1)) for _ in range(65)]
    async with transaction(inventory_db, reactor()) as tx:
        await locked(tx, *orders)
        with statements(inventory_db) as one:
            await on_orders_delivered([delivered(orders[0])], tx)

        with statements(inventory_db) as many:
            await on_orders_delivered([delivered(o) for o in orders[1:]], tx)

        assert len(many) == len(one) == 7
        assert await counters(tx, HANGZHOU, BOLT) == (870, 0, 0, 0, 0)

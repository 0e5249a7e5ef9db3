from datetime import timedelta
from decimal import Decimal

from hedgerow.contracts.inventory import (
    ItemClass,
    KitConfirmed,
    KitGap,
    KitRefused,
    Placement,
    ReceiveStock,
    RecordSupply,
    StockLine,
)
from hedgerow.contracts.values import SupplyId, new_id
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.handlers.record_supply import record_supply
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
    kit_lock_requested,
    reactor,
    receive,
    register,
    routed,
    rows,
    statements,
)
from worlds import NOON, transaction


async def reserved(tx, *orders, bolts=1000, nuts=1000):
    await register(tx, BOLT)
    await register(tx, NUT, item_class=ItemClass.CUSTOM)
    await receive(tx, HANGZHOU, (BOLT, bolts), (NUT, nuts))
    await on_orders_routed(orders, tx)
    tx.emitted.clear()


def purchase(due_at, location_id=HANGZHOU, plant_id=NINGBO):
    return RecordSupply(
        supply_id=SupplyId(new_id()),
        plant_id=plant_id,
        location_id=location_id,
        sku=BOLT,
        quantity=Decimal(10),
        due_at=due_at,
        reference="PO-1",
    )


async def test_a_complete_kit_is_allocated(inventory_db):
    order = routed((BOLT, 100), (NUT, 100))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order, bolts=105, nuts=130)

        await on_kit_locks_requested([kit_lock_requested(order)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (105, 0, 100, 0, 0)
        assert await counters(tx, HANGZHOU, NUT) == (130, 0, 100, 0, 0)
        assert {r["state"] for r in await rows(tx, "reservations")} == {"ALLOCATED"}
        [told] = tx.emitted
        assert told.event == KitConfirmed(
            order_id=order.order_id,
            plant_id=NINGBO,
            plan=(
                Placement(line_no=1, sku=BOLT, quantity=Decimal(100), location_id=HANGZHOU),
                Placement(line_no=2, sku=NUT, quantity=Decimal(100), location_id=HANGZHOU),
            ),
        )
        assert (told.version, told.plant_id) == (2, NINGBO)
        entries = (await rows(tx, "stock_ledger"))[-2:]
        assert [(e["kind"], e["reserved"], e["allocated"]) for e in entries] == [
            ("ALLOCATION", -100, 100),
            ("ALLOCATION", -100, 100),
        ]
        assert await violations(tx.conn) == []


async def test_an_incomplete_kit_stays_reserved_and_names_its_gaps(inventory_db):
    order = routed((BOLT, 100), (NUT, 100))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order, bolts=105, nuts="129.5")

        await on_kit_locks_requested([kit_lock_requested(order)], tx)

        assert await counters(tx, HANGZHOU, BOLT) == (105, 100, 0, 0, 0)
        assert {r["state"] for r in await rows(tx, "reservations")} == {"HELD"}
        [told] = tx.emitted
        assert told.event == KitRefused(
            order_id=order.order_id,
            plant_id=NINGBO,
            gaps=(
                KitGap(
                    line_no=2,
                    sku=NUT,
                    location_id=HANGZHOU,
                    needed=Decimal(130),
                    available=Decimal("129.5"),
                    reason="INSUFFICIENT",
                    plant_id=NINGBO,
                ),
            ),
        )
        assert told.version == 2


async def test_a_refused_kit_can_be_locked_once_goods_have_come(inventory_db):
    order = routed((BOLT, 100))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order, bolts=100)
        await on_kit_locks_requested([kit_lock_requested(order)], tx)
        await receive(tx, HANGZHOU, (BOLT, 5))

        await on_kit_locks_requested([kit_lock_requested(order)], tx)

        told = [e for e in tx.emitted if e.aggregate.startswith("reservation:")]
        assert [(type(e.event), e.version) for e in told] == [(KitRefused, 2), (KitConfirmed, 3)]


async def test_a_purchase_over_seven_days_late_blocks_the_kit_until_it_comes(inventory_db):
    order = routed((BOLT, 100))
    late = purchase(NOON - timedelta(days=7, microseconds=1), HEFEI, SUZHOU)
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, order)
        await record_supply(purchase(NOON - timedelta(days=7)), tx)
        await record_supply(late, tx)

        await on_kit_locks_requested([kit_lock_requested(order)], tx)

        [told] = tx.emitted
        [gap] = told.event.gaps
        assert (gap.reason, gap.needed, gap.available) == ("SUPPLY_OVERDUE", 105, 1000)

        await receive_stock(
            ReceiveStock(
                plant_id=SUZHOU,
                location_id=HEFEI,
                lines=(StockLine(BOLT, Decimal(10)),),
                reference="DN-2",
                supply_id=late.supply_id,
            ),
            tx,
        )
        await on_kit_locks_requested([kit_lock_requested(order)], tx)

        assert isinstance(tx.emitted[-1].event, KitConfirmed)


async def test_an_order_without_anything_held_gets_no_answer(inventory_db):
    short, gone, unknown = routed((BOLT, 5000)), routed((BOLT, 10)), routed((BOLT, 10))
    locked = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, short, gone, locked)
        await on_orders_cancelled([cancelled(gone.order_id)], tx)
        await on_kit_locks_requested([kit_lock_requested(locked)], tx)
        after, emitted = await everything(tx), len(tx.emitted)
        tx.now += timedelta(hours=1)

        await on_kit_locks_requested(
            [kit_lock_requested(order) for order in (short, gone, unknown, locked)], tx
        )

        assert await everything(tx) == after
        assert len(tx.emitted) == emitted


async def test_the_number_of_statements_does_not_grow_with_the_batch(inventory_db):
    orders = [routed((BOLT, 1), (NUT, 1)) for _ in range(65)]
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, *orders)
        with statements(inventory_db) as one:
            await on_kit_locks_requested([kit_lock_requested(orders[0])], tx)

        with statements(inventory_db) as many:
            await on_kit_locks_requested([kit_lock_requested(o) for o in orders[1:]], tx)

        assert len(many) == len(one) == 9
        assert await counters(tx, HANGZHOU, BOLT) == (1000, 0, 65, 0, 0)
        assert await violations(tx.conn) == []

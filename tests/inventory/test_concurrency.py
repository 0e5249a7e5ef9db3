"""Many transactions at once on the same few rows, committed for real."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.contracts.inventory import (
    AdjustStock,
    ReceiveStock,
    StockLine,
    StockReserved,
    StockShort,
)
from hedgerow.contracts.overflow import OverflowCleared, OverflowEvent, OverflowTripped
from hedgerow.contracts.values import LocationId, OrderId, new_id
from hedgerow_inventory.domain.stock import StockPromised
from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.store.invariants import violations
from inventory.makers import (
    NINGBO,
    cancelled,
    committed,
    delivered,
    kit_lock_requested,
    protect,
    reactor,
    receive,
    register,
    routed,
    rows,
)
from sqlalchemy import text
from worlds import NOON

SKUS = [f"SKU-{number}" for number in range(8)]
WORKERS = 6


@pytest.fixture
def who():
    return reactor()


@pytest.fixture
def places():
    """Locations of Ningbo that no other test knows."""
    return [LocationId(new_id()) for _ in range(3)]


async def deadlocks(engine):
    async with engine.connect() as conn:
        return await conn.scalar(
            text("select deadlocks from pg_stat_database where datname = current_database()")
        )


async def in_parallel(worker):
    """One task per worker; the first failure of any is raised."""
    async with asyncio.TaskGroup() as group:
        return [group.create_task(worker(random.Random(seed))) for seed in range(WORKERS)]


async def test_orders_over_many_skus_in_random_order_never_block_each_other(
    inventory_db, who, places
):
    async with committed(inventory_db, who) as tx:
        await register(tx, *SKUS)
        for place in places:
            await receive(tx, place, *((sku, 60) for sku in SKUS))
    before = await deadlocks(inventory_db)

    async def submit(dice):
        told = []
        for _ in range(15):
            batch = [
                routed(
                    *((sku, dice.randint(1, 4)) for sku in dice.sample(SKUS, 5)),
                    chain=dice.sample(places, 3),
                )
                for _ in range(dice.randint(1, 4))
            ]
            async with committed(inventory_db, who) as tx:
                await on_orders_routed(batch, tx)
            told += [emission.event for emission in tx.emitted]
        return told

    told = [event for task in await in_parallel(submit) for event in task.result()]

    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
        stock = await rows(tx, "stock")
        entries = await rows(tx, "stock_ledger")
    reserved = sum(row["reserved"] for row in stock)
    assert reserved == sum(
        each.quantity for event in told if isinstance(event, StockReserved) for each in event.plan
    )
    assert reserved == sum(entry["reserved"] for entry in entries)
    assert any(isinstance(event, StockShort) for event in told)
    assert all(row["reserved"] <= 60 for row in stock)
    assert await deadlocks(inventory_db) == before


async def test_a_hot_sku_is_sold_to_the_last_piece_and_no_further(inventory_db, who, places):
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")
        for place, quantity in zip(places, (200, 200, 100), strict=True):
            await receive(tx, place, ("HOT", quantity))

    async def submit(dice):
        reserved = 0
        for _ in range(8):
            batch = [routed(("HOT", 1), chain=places) for _ in range(12)]
            async with committed(inventory_db, who) as tx:
                await on_orders_routed(batch, tx)
            reserved += sum(isinstance(e.event, StockReserved) for e in tx.emitted)
        return reserved

    tasks = await in_parallel(submit)

    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
        assert sorted(row["reserved"] for row in await rows(tx, "stock")) == [100, 200, 200]
    assert sum(task.result() for task in tasks) == 500


async def test_whole_lives_of_orders_beside_receipts_and_counts(inventory_db, who, places):
    async with committed(inventory_db, who) as tx:
        await register(tx, *SKUS)
        for place in places:
            await receive(tx, place, *((sku, 40) for sku in SKUS))
    before = await deadlocks(inventory_db)

    async def live(dice):
        for _ in range(10):
            orders = [
                routed(
                    *((sku, dice.randint(1, 5)) for sku in dice.sample(SKUS, 3)),
                    chain=dice.sample(places, 2),
                )
                for _ in range(4)
            ]
            steps = [
                (on_orders_routed, orders),
                (on_kit_locks_requested, [kit_lock_requested(o) for o in orders[:3]]),
                (on_orders_delivered, [delivered(orders[0])]),
                (on_orders_cancelled, [cancelled(o.order_id) for o in orders[1:]]),
            ]
            if dice.random() < 0.3:
                steps.reverse()
            for handler, events in steps:
                async with committed(inventory_db, who) as tx:
                    await handler(dice.sample(events, len(events)), tx)
            async with committed(inventory_db, who) as tx:
                await receive(tx, dice.choice(places), *((sku, 1) for sku in dice.sample(SKUS, 4)))
            await count(dice)

    async def count(dice):
        command = AdjustStock(
            plant_id=NINGBO,
            location_id=dice.choice(places),
            sku=dice.choice(SKUS),
            delta=Decimal(dice.choice((-30, -1, 1))),
            reason="盘点",
        )
        try:
            async with committed(inventory_db, who) as tx:
                await adjust_stock(command, tx)
        except StockPromised:
            pass

    await in_parallel(live)

    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
    assert await deadlocks(inventory_db) == before


async def test_orders_and_receipts_at_once_trip_and_clear_in_turns_and_lose_no_version(
    inventory_db, who, places
):
    """Each worker takes the stock down and brings it back up across the level of 80 and the clear
    level of 92, in batches that wait for one another's row."""
    here, elsewhere = places[:2]
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")
        await receive(tx, here, ("HOT", 100))
        await receive(tx, elsewhere, ("HOT", 10_000))
        await protect(tx, here, "HOT", 80, 15)
    told = []

    async def work(dice):
        for _ in range(12):
            if dice.random() < 0.5:
                batch = [routed(("HOT", 1), chain=[here, elsewhere]) for _ in range(16)]
                async with committed(inventory_db, who) as tx:
                    await on_orders_routed(batch, tx)
            else:
                async with committed(inventory_db, who) as tx:
                    await receive(tx, here, ("HOT", dice.randint(1, 15)))
            told.extend(e for e in tx.emitted if e.aggregate == f"stock:{here}:HOT")

    await in_parallel(work)

    told.sort(key=lambda each: each.version)
    assert [each.version for each in told] == list(range(3, 3 + len(told)))
    states = [type(e.event) for e in told if isinstance(e.event, OverflowEvent)]
    assert len(states) >= 3
    assert states == [OverflowTripped, OverflowCleared] * (len(states) // 2) + (
        [OverflowTripped] if len(states) % 2 else []
    )
    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
        [row] = [row for row in await rows(tx, "stock") if row["location_id"] == here]
        assert (row["tripped_at"] is not None) == (states[-1] is OverflowTripped)


async def test_64_orders_at_once_trip_a_location_once(inventory_db, who, places):
    here, elsewhere = places[:2]
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")
        await receive(tx, here, ("HOT", 100))
        await receive(tx, elsewhere, ("HOT", 100))
        await protect(tx, here, "HOT", 80, 15)
    told = []

    async def submit(order):
        async with committed(inventory_db, who) as tx:
            await on_orders_routed([order], tx)
        told.extend(tx.emitted)

    async with asyncio.TaskGroup() as group:
        for _ in range(64):
            group.create_task(submit(routed(("HOT", 1), chain=[here, elsewhere])))

    served = [e.event.plan[0].location_id for e in told if isinstance(e.event, StockReserved)]
    assert (served.count(here), served.count(elsewhere)) == (21, 43)
    [tripped] = [e for e in told if isinstance(e.event, OverflowEvent)]
    assert (type(tripped.event), tripped.event.available) == (OverflowTripped, 79)


async def test_cancelling_and_routing_at_the_same_instant_never_leaves_stock_held(
    inventory_db, who, places
):
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")
        await receive(tx, places[0], ("HOT", 1000))
    order_ids = [OrderId(new_id()) for _ in range(40)]

    async def react(handler, events):
        for event in events:
            async with committed(inventory_db, who) as tx:
                await handler([event], tx)

    async with asyncio.TaskGroup() as group:
        orders = [routed(("HOT", 2), chain=places, order_id=each) for each in order_ids]
        group.create_task(react(on_orders_routed, orders))
        group.create_task(react(on_orders_cancelled, [cancelled(each) for each in order_ids]))

    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
        assert [row["reserved"] for row in await rows(tx, "stock")] == [0]
        states = {row["state"] for row in await rows(tx, "reservation_sets")}
        assert states <= {"RELEASED", "CANCELLED"}


async def test_the_same_order_routed_twice_at_the_same_instant_is_reserved_once(
    inventory_db, who, places
):
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")
        await receive(tx, places[0], ("HOT", 1000))
    order_ids = [OrderId(new_id()) for _ in range(30)]

    async def submit(dice):
        for order_id in order_ids:
            async with committed(inventory_db, who) as tx:
                await on_orders_routed([routed(("HOT", 2), chain=places, order_id=order_id)], tx)

    await in_parallel(submit)

    async with committed(inventory_db, who) as tx:
        assert await violations(tx.conn) == []
        assert [row["reserved"] for row in await rows(tx, "stock")] == [60]


async def test_two_plants_that_stock_a_new_location_at_once_do_not_share_it(inventory_db, who):
    place = LocationId(new_id())
    async with committed(inventory_db, who) as tx:
        await register(tx, "HOT")

    async def receive_as(plant_id):
        async with committed(inventory_db, who, now=NOON + timedelta(hours=1)) as tx:
            await receive_stock(receipt(place, plant_id), tx)

    outcomes = await asyncio.gather(
        *(receive_as(new_id()) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NoneType",
        "PlantForbidden",
        "PlantForbidden",
        "PlantForbidden",
    ]


def receipt(place, plant_id):
    return ReceiveStock(
        plant_id=plant_id,
        location_id=place,
        lines=(StockLine("HOT", Decimal(1)),),
        reference="DN-1",
    )

"""What a simulation finds."""

import hashlib
import random
from collections import Counter
from decimal import Decimal

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.contracts.inventory import Placement, StockReserved
from hedgerow.contracts.releases import (
    PlantLoad,
    SightChange,
    SimulationsByIds,
    SimulationState,
)
from hedgerow.contracts.routing import DecisionsByOrders
from hedgerow.contracts.values import LonLat
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.on_order_cancelled import on_order_cancelled
from hedgerow_routing.handlers.on_order_delivered import on_order_delivered
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.views.decisions import decisions_by_orders
from hedgerow_routing.views.simulations import simulations_by_ids
from routing.makers import (
    SUZHOU,
    as_caller,
)
from routing.people import found_grant
from routing.release_makers import (
    found_draft,
    found_published,
    found_simulation,
    limits_change,
    rule_change,
)
from routing.simulation_makers import (
    changed_of,
    decided,
    delivered,
    founded,
    latest,
    moved,
    seen,
)
from routing.test_on_order_cancelled import cancelled
from sqlalchemy import text
from worlds import NOON, administrator, caller, transaction


async def test_a_moved_border_names_exactly_the_orders_that_the_oracle_names(routing_db):
    dice = random.Random(20260329)
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        points = [
            LonLat(dice.uniform(119.05, 123.45), dice.uniform(29.05, 31.95)) for _ in range(2500)
        ]
        orders = await decided(tx, [*points, LonLat(121.0, 30.0), LonLat(120.8, 30.0)])
        draft = await moved(tx, west, east)

        simulation = await found_simulation(tx, draft)

        # On a border both areas cover the point, and the smaller one wins.
        def owner(lon, border):
            sizes = {west.plant_id: border - 119.0, east.plant_id: 123.5 - border}
            if lon == border:
                return min(sizes, key=lambda plant: sizes[plant])
            return west.plant_id if lon < border else east.plant_id

        expected = {
            each.order_id: (owner(each.point.lon, 121.0), owner(each.point.lon, 120.8))
            for each in orders
            if owner(each.point.lon, 121.0) != owner(each.point.lon, 120.8)
        }
        changed = await changed_of(tx, simulation)
        assert {e.order_id: (e.from_plant, e.to_plant) for e in changed} == expected
        assert len(changed) == len(expected) == simulation.result.changed
        assert len(expected) > 100
        told = "".join(f"{e.order_id} {e.from_plant} {e.to_plant}\n" for e in changed)
        assert simulation.result.changed_sha256 == hashlib.sha256(told.encode()).hexdigest()
        assert (simulation.state, simulation.total, simulation.done) == (
            SimulationState.DONE,
            2502,
            2502,
        )
        loads = [Counter(owner(e.point.lon, border) for e in orders) for border in (121.0, 120.8)]
        for outlook, load in zip(
            (simulation.result.before, simulation.result.after), loads, strict=True
        ):
            assert outlook.load == tuple(
                PlantLoad(plant_id=plant, orders=load[plant]) for plant in sorted(load)
            )
        print(f"simulated 2502 orders, {len(changed)} change plant, as the oracle says")


async def test_stock_is_judged_by_what_inventory_saw_then(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, (w1, e1) = await founded(tx)
        await found_published(tx, rule_change("EAST", e1.location_id, w1.location_id))
        orders = await decided(tx, [LonLat(122.0, 30.0)] * 3)
        service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON)
        made = await decisions_by_orders(
            DecisionsByOrders(order_ids=tuple(each.order_id for each in orders)), tx
        )
        figures = [("100", "5"), ("10", "5"), ("9", "5")]
        for order, decision, (first, second) in zip(orders, made, figures, strict=True):
            placed = Placement(
                line_no=1, sku="BOLT-M8", quantity=Decimal(10), location_id=e1.location_id
            )
            await on_stock_reserved(
                [
                    StockReserved(
                        order_id=order.order_id,
                        plant_id=east.plant_id,
                        decision_id=decision.decision_id,
                        plan=(placed,),
                        seen=(
                            seen(order, e1, first, plant=east),
                            seen(order, w1, second, plant=west),
                        ),
                    )
                ],
                service,
            )
        # Turned round: what was first becomes second, and 5 are too few for 10.
        turned = await found_draft(tx, rule_change("EAST", w1.location_id, e1.location_id))

        result = (await found_simulation(tx, turned)).result

        before, after = result.before, result.after
        assert (before.placed, before.overflowed, before.split, before.short) == (2, 0, 0, 1)
        assert (after.placed, after.overflowed, after.split, after.short) == (2, 2, 0, 1)
        assert (before.unknown, after.unknown, result.changed) == (0, 0, 0)
        narrow = await found_draft(tx, rule_change("EAST", e1.location_id))
        nowhere = (await found_simulation(tx, narrow)).result.after
        assert (nowhere.placed, nowhere.short, nowhere.unknown) == (2, 1, 0)


async def test_distances_and_orders_out_of_reach(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await founded(tx)
        far = LonLat(118.0, 31.0)  # in no area; some 250 km from the plant in the west
        await decided(tx, [far, SUZHOU, SUZHOU])

        result = (await found_simulation(tx, await found_draft(tx, limits_change(100.0)))).result

        assert (result.before.unroutable, result.after.unroutable) == (0, 1)
        assert (result.before.distance_p50_m, result.after.distance_p99_m) == (0.0, 0.0)
        line = f"LINESTRING({far.lon} {far.lat}, {SUZHOU.lon} {SUZHOU.lat})"
        metres = await tx.conn.scalar(text(f"select st_length('{line}'::geography)"))
        assert result.before.distance_p99_m == pytest.approx(metres, abs=0.001)
        assert 248_000 < metres < 249_000
        [changed] = await changed_of(tx, await latest(tx))
        assert (changed.from_plant is None, changed.to_plant) == (False, None)


async def test_who_would_gain_or_lose_sight(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        west, east, _ = await founded(tx)
        await found_grant(tx, "wang.fang", Role.SALES, west)
        await found_grant(tx, "li.wei", Role.SALES, east)
        await found_grant(tx, "both", Role.SALES, east)
        await found_grant(tx, "both", Role.PICKER, west)
        await decided(tx, [LonLat(120.9, 30.0)] * 3 + [LonLat(122.0, 30.0)])
        *_, gone, done = await decided(tx, [LonLat(120.9, 30.0)] * 2)
        service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON)
        await on_order_cancelled([cancelled(gone.order_id)], service)
        await on_order_delivered([delivered(done, west)], service)

        simulation = await found_simulation(tx, await moved(tx, west, east))

        assert simulation.result.sight == (
            SightChange(subject="li.wei", gained=3, lost=0),
            SightChange(subject="wang.fang", gained=0, lost=3),
        )
        assert [each.open for each in await changed_of(tx, simulation)] == [
            True,
            True,
            True,
            False,
            False,
        ]
        asked = SimulationsByIds(ids=(simulation.simulation_id,))
        rights = admin.tenant_grants - {"access:read"}
        lesser = await as_caller(tx, caller(admin.tenant_id, tenant=rights))
        [told] = await simulations_by_ids(asked, lesser)
        assert (told.result.sight, told.result.changed) == ((), 5)

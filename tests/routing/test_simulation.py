import hashlib
import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import Caller, NotPermitted, Role
from hedgerow.contracts.inventory import Placement, SeenStock, StockReserved
from hedgerow.contracts.releases import (
    ListChangedOrders,
    PlantLoad,
    ReleasesByIds,
    ReleaseState,
    SightChange,
    SimulationsByIds,
    SimulationState,
)
from hedgerow.contracts.routing import DecisionsByOrders
from hedgerow.contracts.values import LonLat, Page
from hedgerow.errors import Refused
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.edit_release import edit_release
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_simulation_progressed import on_simulation_progressed
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.simulate_release import simulate_release
from hedgerow_routing.store.simulation_tables import simulation_runs, simulation_steps
from hedgerow_routing.views.decisions import decisions_by_orders
from hedgerow_routing.views.releases import releases_by_ids
from hedgerow_routing.views.simulations import list_changed_orders, simulations_by_ids
from routing.makers import (
    NINGBO,
    SUZHOU,
    as_caller,
    box,
    count,
    found_area,
    found_location,
    found_plant,
    submitted,
)
from routing.people import found_grant
from routing.release_makers import (
    edit,
    fence_change,
    found_draft,
    found_published,
    found_simulation,
    go_on,
    limits_change,
    publish,
    rule_change,
    simulate,
)
from sqlalchemy import text
from worlds import NOON, administrator, caller, transaction

# Two areas that meet at 121.0 east; the draft moves the border to 120.8.
WEST = box(119.0, 29.0, 121.0, 32.0)
EAST = box(121.0, 29.0, 123.5, 32.0)
WEST_DRAFT = box(119.0, 29.0, 120.8, 32.0)
EAST_DRAFT = box(120.8, 29.0, 123.5, 32.0)


async def founded(tx):
    """Plants west and east of a border, each with an area and a store."""
    west = await found_plant(tx, "SUZHOU", SUZHOU)
    east = await found_plant(tx, "NINGBO", NINGBO)
    await found_area(tx, west.plant_id, WEST)
    await found_area(tx, east.plant_id, EAST)
    stores = [
        await found_location(tx, west.plant_id, "W-1"),
        await found_location(tx, east.plant_id, "E-1"),
    ]
    return west, east, stores


async def decided(tx, points, *, region="浙江", at=NOON - timedelta(hours=1)):
    """Orders to these points; what routing decided of them stands."""
    orders = [submitted(point, region=region) for point in points]
    service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), at)
    for start in range(0, len(orders), 500):
        await on_order_submitted(orders[start : start + 500], service)
    return orders


async def moved(tx, west, east):
    return await found_draft(
        tx,
        fence_change(west.plant_id, WEST_DRAFT),
        fence_change(east.plant_id, EAST_DRAFT),
    )


async def changed_of(tx, simulation):
    """All pages of it."""
    found, after = [], None
    while True:
        page = await list_changed_orders(
            ListChangedOrders(
                simulation_id=simulation.simulation_id, page=Page(first=100, after=after)
            ),
            tx,
        )
        found += page.orders
        if not page.has_next:
            return found
        after = page.cursors[-1]


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


async def test_it_is_compared_with_what_holds_now_not_with_what_held_then(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        await decided(tx, [LonLat(120.9, 30.0)])
        await found_published(
            tx,
            fence_change(west.plant_id, WEST_DRAFT),
            fence_change(east.plant_id, EAST_DRAFT),
        )

        same = await found_simulation(tx, await moved(tx, west, east))

        assert (same.base, same.result.orders, same.result.changed) == (3, 1, 0)


async def test_what_was_simulated_may_be_published_and_an_edit_undoes_that(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        await decided(tx, [LonLat(120.9, 30.0)])
        draft = await moved(tx, west, east)
        simulation = await found_simulation(tx, draft)
        [simulated] = await releases_by_ids(ReleasesByIds(ids=(draft.release_id,)), tx)
        assert (simulated.state, simulated.simulation_id, simulated.version) == (
            ReleaseState.SIMULATED,
            simulation.simulation_id,
            2,
        )

        edited = await edit_release(edit(simulated, limits_change(300.0)), tx)
        with pytest.raises(Refused) as refused:
            await publish_release(publish(edited), tx)

        assert refused.value.code == "RELEASE_NOT_SIMULATED"
        assert (edited.state, edited.simulation_id) == (ReleaseState.DRAFT, None)
        await found_simulation(tx, edited)
        [again] = await releases_by_ids(ReleasesByIds(ids=(draft.release_id,)), tx)
        assert (await publish_release(publish(again), tx)).number == 3


async def test_a_simulation_from_before_another_publication_does_not_count(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        draft = await moved(tx, west, east)
        await found_simulation(tx, draft)
        [simulated] = await releases_by_ids(ReleasesByIds(ids=(draft.release_id,)), tx)
        await found_published(tx, limits_change(300.0))

        with pytest.raises(Refused) as refused:
            await publish_release(publish(simulated), tx)

        assert refused.value.code == "RELEASE_NOT_SIMULATED"
        [same] = await releases_by_ids(ReleasesByIds(ids=(draft.release_id,)), tx)
        assert (same, tx.emitted) == (simulated, [])


@pytest.mark.parametrize("what", ["edit", "publication"])
async def test_what_changes_meanwhile_makes_it_outdated(routing_db, what):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        await decided(tx, [LonLat(120.9, 30.0)])
        draft = await moved(tx, west, east)
        begun = await simulate_release(simulate(draft), tx)
        assert await go_on(tx, most=1) == 1
        waiting = tx.emitted[-1]
        if what == "edit":
            await edit_release(edit(draft, limits_change(300.0)), tx)
        else:
            await found_published(tx, limits_change(300.0))
        tx.emitted[:] = [waiting]

        await go_on(tx)

        [view] = await simulations_by_ids(SimulationsByIds(ids=(begun.simulation_id,)), tx)
        assert (view.state, view.done, view.result, view.result_sha256) == (
            SimulationState.OUTDATED,
            1,
            None,
            None,
        )
        [release] = await releases_by_ids(ReleasesByIds(ids=(draft.release_id,)), tx)
        assert release.state is ReleaseState.DRAFT


async def test_a_step_that_is_told_twice_is_taken_once(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        await decided(tx, [LonLat(120.9, 30.0), LonLat(122.0, 30.0)])
        await simulate_release(simulate(await moved(tx, west, east)), tx)
        first = tx.emitted[-1].event
        service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON)
        await on_simulation_progressed(first, service)
        service.emitted.clear()

        await on_simulation_progressed(first, service)

        assert service.emitted == []
        assert await count(tx, simulation_steps) == 1
        assert (await tx.conn.execute(text("select done, version from simulation_runs"))).all() == [
            (2, 2)
        ]


def seen(order, location, available, level="0", *, plant):
    [line] = order.lines
    return SeenStock(
        line_no=1,
        sku=line.sku,
        location_id=location.location_id,
        requested=line.quantity,
        available=Decimal(available),
        safety_level=Decimal(level),
        passed=True,
        reason="",
        plant_id=plant.plant_id,
    )


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


async def latest(tx):
    [row] = (await tx.conn.execute(text("select simulation_id from simulation_runs"))).all()
    [view] = await simulations_by_ids(SimulationsByIds(ids=(row.simulation_id,)), tx)
    return view


async def test_who_would_gain_or_lose_sight(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        west, east, _ = await founded(tx)
        await found_grant(tx, "wang.fang", Role.SALES, west)
        await found_grant(tx, "li.wei", Role.SALES, east)
        await found_grant(tx, "both", Role.SALES, east)
        await found_grant(tx, "both", Role.PICKER, west)
        await decided(tx, [LonLat(120.9, 30.0)] * 3 + [LonLat(122.0, 30.0)])

        simulation = await found_simulation(tx, await moved(tx, west, east))

        assert simulation.result.sight == (
            SightChange(subject="li.wei", gained=3, lost=0),
            SightChange(subject="wang.fang", gained=0, lost=3),
        )
        asked = SimulationsByIds(ids=(simulation.simulation_id,))
        rights = admin.tenant_grants - {"access:read"}
        lesser = await as_caller(tx, caller(admin.tenant_id, tenant=rights))
        [told] = await simulations_by_ids(asked, lesser)
        assert (told.result.sight, told.result.changed) == ((), 3)


async def test_only_orders_of_the_days_that_were_asked_for(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        west, east, _ = await founded(tx)
        for hours in (23, 24, 25):
            await decided(tx, [LonLat(120.9, 30.0)], at=NOON - timedelta(hours=hours))

        simulation = await found_simulation(tx, await moved(tx, west, east), days=1)

        assert (simulation.since, simulation.until) == (NOON - timedelta(days=1), NOON)
        assert (simulation.total, simulation.result.orders) == (2, 2)


@pytest.mark.parametrize("days", [0, -1, 91])
async def test_days_that_cannot_be(routing_db, days):
    async with transaction(routing_db, administrator()) as tx:
        draft = await found_draft(tx, limits_change(300.0))

        with pytest.raises(Refused) as refused:
            await simulate_release(simulate(draft, days), tx)

        assert (refused.value.code, refused.value.field) == ("DAYS_INVALID", "days")
        assert (await count(tx, simulation_runs), tx.emitted) == (0, [])


async def test_simulations_are_for_those_who_see_all_plants(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        west, east, _ = await founded(tx)
        await decided(tx, [LonLat(120.9, 30.0)])
        simulation = await found_simulation(tx, await moved(tx, west, east))
        staff = {west.plant_id: Role.AREA_ADMIN, east.plant_id: Role.AREA_ADMIN}
        theirs = await as_caller(tx, caller(admin.tenant_id, plants=staff))

        with pytest.raises(NotPermitted):
            await simulations_by_ids(SimulationsByIds(ids=(simulation.simulation_id,)), theirs)
        with pytest.raises(NotPermitted):
            await changed_of(theirs, simulation)
        assert await count(theirs, simulation_runs) == 0

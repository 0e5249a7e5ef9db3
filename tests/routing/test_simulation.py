"""How a simulation runs, and what it is good for."""

from datetime import timedelta

import pytest
from hedgerow.auth import Caller, NotPermitted, Role
from hedgerow.contracts.releases import (
    ReleasesByIds,
    ReleaseState,
    SimulationsByIds,
    SimulationState,
)
from hedgerow.contracts.values import LonLat
from hedgerow.errors import Refused
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.edit_release import edit_release
from hedgerow_routing.handlers.on_simulation_progressed import on_simulation_progressed
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.simulate_release import simulate_release
from hedgerow_routing.store.simulation_tables import simulation_runs, simulation_steps
from hedgerow_routing.views.releases import releases_by_ids
from hedgerow_routing.views.simulations import simulations_by_ids
from routing.makers import (
    as_caller,
    count,
)
from routing.release_makers import (
    edit,
    fence_change,
    found_draft,
    found_published,
    found_simulation,
    go_on,
    limits_change,
    publish,
    simulate,
)
from routing.simulation_makers import (
    EAST_DRAFT,
    WEST_DRAFT,
    changed_of,
    decided,
    founded,
    moved,
)
from sqlalchemy import text
from worlds import NOON, administrator, caller, transaction


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

from __future__ import annotations

from copy import copy

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import SimulationProgressed, SimulationState
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release import Release
from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.simulation import encoded, result_of, sight_of
from hedgerow_routing.handlers.announce_release import announce_change
from hedgerow_routing.handlers.simulate_orders import simulate_orders
from hedgerow_routing.handlers.simulate_release import announce_progress
from hedgerow_routing.store.history import HistoryStore
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.store.simulations import SimulationStore


async def on_simulation_progressed(event: SimulationProgressed, tx: Transaction) -> None:
    """The next orders of a simulation, or its end. Each step is one event and one transaction: a
    process that dies in it leaves the event to another one. A step that was taken already, or is
    of a simulation that has ended, changes nothing."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    store = SimulationStore(tx)
    run = await store.load(event.simulation_id)
    if run is None or run.state is not SimulationState.RUNNING or run.version != event.version:
        return
    release, before = await ReleaseStore(tx).load(run.release_id), copy(run)
    if not run.is_of(release):
        run.end(SimulationState.OUTDATED, at=tx.now)
        await store.end(grant, before, run, None)
    elif (found := await simulate_orders(run, release, tx)) is not None:
        await store.save_step(grant, before, run, found)
    else:
        await _finish(grant, before, run, release, tx)
    announce_progress(run, tx)


async def _finish(
    grant: TenantGrant, before: Run, run: Run, release: Release, tx: Transaction
) -> None:
    """The release is SIMULATED by it, be it never so surprising."""
    store = SimulationStore(tx)
    changed = await store.changed(run)
    sight = sight_of(changed, await HistoryStore(tx).sight())
    result, sha256 = encoded(result_of(*await store.tallies(run), changed, sight))
    run.end(SimulationState.DONE, at=tx.now, sha256=sha256)
    await store.end(grant, before, run, result)
    drafted = copy(release)
    release.simulated(run.simulation_id, run.base)
    await ReleaseStore(tx).save(grant, drafted, release, "simulated")
    announce_change(release, tx)

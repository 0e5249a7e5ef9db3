from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import SimulateRelease, SimulationProgressed, SimulationView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.run import Run, window
from hedgerow_routing.store.history import HistoryStore
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.store.simulations import SimulationStore


async def simulate_release(command: SimulateRelease, tx: Transaction) -> SimulationView:
    """Begin to try a draft on the orders of the last days; on_simulation_progressed goes on."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    release = await ReleaseStore(tx).load(command.release_id)
    run = Run.begin(
        command.simulation_id,
        release,
        command.days,
        total=await HistoryStore(tx).total(*window(command.days, tx.now)),
        by=tx.caller.subject,
        at=tx.now,
    )
    await SimulationStore(tx).add(grant, run)
    announce_progress(run, tx)
    return run.view(None)


def announce_progress(run: Run, tx: Transaction) -> None:
    tx.emit(
        SimulationProgressed(
            simulation_id=run.simulation_id,
            state=run.state,
            done=run.done,
            total=run.total,
            version=run.version,
        ),
        aggregate=run.aggregate,
        version=run.version,
        plant_id=None,
    )

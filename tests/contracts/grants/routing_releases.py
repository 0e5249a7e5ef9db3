"""Calls of the stores of routing that hold releases and simulations."""

from __future__ import annotations

from copy import copy

from contracts.grants.write import Write, Writes
from hedgerow.auth import Permission
from hedgerow.contracts.releases import Gate, SimulationState
from hedgerow.contracts.values import ReleaseId, SimulationId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.domain.network import Network
from hedgerow_routing.domain.release import Release
from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.simulation import Found, Side
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.store.simulations import SimulationStore
from routing.makers import NINGBO, around, found_plant
from routing.release_makers import fence_change, found_draft, limits_change
from worlds import NOON

writes = Writes("routing")
DRAFTING = (Permission.RELEASE_DRAFT, Permission.RELEASE_PUBLISH)
ALONE = (Permission.FENCE_PUBLISH, Permission.RULE_PUBLISH, Permission.LIMITS_SET)


def _draft() -> Release:
    return Release.draft(
        ReleaseId(new_id()), "spring", (limits_change(300.0),), base=0, by="tester", at=NOON
    )


async def _begun(tx: Transaction) -> tuple[Run, Run]:
    """A simulation, and how it was."""
    view = await found_draft(tx, limits_change(300.0))
    release = await ReleaseStore(tx).load(view.release_id)
    run = Run.begin(SimulationId(new_id()), release, 30, total=0, by="tester", at=NOON)
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    await SimulationStore(tx).add(grant, run)
    return copy(run), run


@writes.of("ReleaseStore.add")
async def _(tx: Transaction) -> Write:
    release = _draft()
    return Write(
        lambda grant: ReleaseStore(tx).add(grant, release),
        (Permission.RELEASE_DRAFT,),
        everywhere=True,
    )


@writes.of("ReleaseStore.add_published")
async def _(tx: Transaction) -> Write:
    plant_id = (await found_plant(tx, "NINGBO", NINGBO)).plant_id
    await ReleaseStore(tx).lock()
    release = Release.of_one(
        ReleaseId(new_id()),
        1,
        fence_change(plant_id, around(NINGBO)),
        plant_id,
        by="tester",
        at=NOON,
    )
    return Write(lambda grant: ReleaseStore(tx).add_published(grant, release), ALONE, at=plant_id)


@writes.of("ReleaseStore.save")
async def _(tx: Transaction) -> Write:
    view = await found_draft(tx, limits_change(300.0))
    release = await ReleaseStore(tx).load(view.release_id)
    before = copy(release)
    release.edit(1, (limits_change(301.0),), (), by="tester", at=NOON)
    return Write(
        lambda grant: ReleaseStore(tx).save(grant, before, release, "edited"),
        DRAFTING,
        everywhere=True,
    )


@writes.of("ReleaseStore.set_gate")
async def _(tx: Transaction) -> Write:
    return Write(
        lambda grant: ReleaseStore(tx).set_gate(grant, Gate.OPEN, Gate.CLOSED),
        (Permission.RELEASE_PUBLISH,),
        everywhere=True,
    )


@writes.of("SimulationStore.add")
async def _(tx: Transaction) -> Write:
    _before, run = await _begun(tx)
    run.simulation_id = SimulationId(new_id())
    return Write(
        lambda grant: SimulationStore(tx).add(grant, run),
        (Permission.RELEASE_DRAFT,),
        everywhere=True,
    )


@writes.of("SimulationStore.save_step")
async def _(tx: Transaction) -> Write:
    before, run = await _begun(tx)
    run.go_on(0, 0, (NOON, new_id()))
    found = Found(Side(Network.of(())), Side(Network.of(())), ())
    return Write(
        lambda grant: SimulationStore(tx).save_step(grant, before, run, found),
        (Permission.RELEASE_DRAFT,),
        everywhere=True,
    )


@writes.of("SimulationStore.end")
async def _(tx: Transaction) -> Write:
    before, run = await _begun(tx)
    run.end(SimulationState.OUTDATED, at=NOON)
    return Write(
        lambda grant: SimulationStore(tx).end(grant, before, run, None),
        (Permission.RELEASE_DRAFT,),
        everywhere=True,
    )

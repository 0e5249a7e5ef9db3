"""Releases for tests: drafts, their changes, and a second person."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Caller, Role
from hedgerow.contracts.releases import (
    Change,
    DraftRelease,
    EditRelease,
    FenceChange,
    LimitsChange,
    OverrideRelease,
    PublishRelease,
    ReleaseView,
    RuleChange,
    SimulateRelease,
    SimulationProgressed,
    SimulationsByIds,
    SimulationView,
)
from hedgerow.contracts.routing import SetRoutingLimits
from hedgerow.contracts.values import LocationId, PlantId, ReleaseId, SimulationId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.on_simulation_progressed import on_simulation_progressed
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.simulate_release import simulate_release
from hedgerow_routing.views.simulations import simulations_by_ids
from routing.makers import rule, service_area
from worlds import caller

REASON = "the map was checked by hand"


def fence_change(plant_id: PlantId, geojson: Any, **changed: Any) -> FenceChange:
    return FenceChange(fence=service_area(plant_id, geojson, **changed))


def rule_change(code: str, *chain: LocationId, **changed: Any) -> RuleChange:
    return RuleChange(rule=rule(code, *chain, **changed))


def limits_change(max_distance_km: float) -> LimitsChange:
    return LimitsChange(limits=SetRoutingLimits(max_distance_km=max_distance_km))


def draft(*changes: Change, title: str = "spring") -> DraftRelease:
    return DraftRelease(release_id=ReleaseId(new_id()), title=title, changes=changes)


def edit(release: ReleaseView, *put: Change, remove: tuple[str, ...] = ()) -> EditRelease:
    return EditRelease(
        release_id=release.release_id, expected_version=release.version, put=put, remove=remove
    )


def override(release: ReleaseView, reason: str = REASON) -> OverrideRelease:
    return OverrideRelease(
        release_id=release.release_id, expected_version=release.version, reason=reason
    )


def publish(release: ReleaseView) -> PublishRelease:
    return PublishRelease(release_id=release.release_id, expected_version=release.version)


def simulate(release: ReleaseView, days: int = 30) -> SimulateRelease:
    return SimulateRelease(
        simulation_id=SimulationId(new_id()), release_id=release.release_id, days=days
    )


def second_person(tx: Transaction) -> Transaction:
    """The same database transaction, as another administrator of the tenant."""
    other: Caller = caller(tx.tenant_id, tenant=Role.TENANT_ADMIN, subject="second")
    return Transaction(tx.conn, other, tx.now)


async def found_draft(tx: Transaction, *changes: Change) -> ReleaseView:
    view = await draft_release(draft(*changes), tx)
    tx.emitted.clear()
    return view


async def found_published(tx: Transaction, *changes: Change) -> ReleaseView:
    """Published on a second person's word. What it announced is forgotten."""
    drafted = await draft_release(draft(*changes), tx)
    answered = await override_release(override(drafted), second_person(tx))
    view = await publish_release(publish(answered), tx)
    tx.emitted.clear()
    return view


async def go_on(tx: Transaction, most: int = 1000) -> int:
    """Take the steps of all simulations that `tx` announces, as the service does; how many."""
    taken = 0
    service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), tx.now)
    waiting = [e.event for e in tx.emitted if isinstance(e.event, SimulationProgressed)]
    while waiting and taken < most:
        await on_simulation_progressed(waiting.pop(0), service)
        waiting += [e.event for e in service.emitted if isinstance(e.event, SimulationProgressed)]
        tx.emitted += service.emitted
        tx.recorded += service.recorded
        service.emitted.clear()
        service.recorded.clear()
        taken += 1
    return taken


async def found_simulation(tx: Transaction, release: ReleaseView, days: int = 30) -> SimulationView:
    """To its end. What it announced is forgotten."""
    tx.emitted.clear()
    begun = await simulate_release(simulate(release, days), tx)
    await go_on(tx)
    tx.emitted.clear()
    [view] = await simulations_by_ids(SimulationsByIds(ids=(begun.simulation_id,)), tx)
    assert view is not None
    return view

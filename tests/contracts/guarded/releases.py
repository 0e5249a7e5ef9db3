"""Messages about releases: of the whole tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from contracts.guarded.asked import Asked, somewhere, tenant_wide
from hedgerow.auth import Caller
from hedgerow.contracts.releases import (
    Gate,
    GetReleaseGate,
    ListChangedOrders,
    ListReleases,
    ReleaseChangesByIds,
    ReleaseCoverage,
    ReleasesByIds,
    RollBackRelease,
    SetReleaseGate,
    SimulationsByIds,
)
from hedgerow.contracts.routing import PlantView, SetRoutingLimits
from hedgerow.contracts.values import LonLat, Page, ReleaseId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.releases import ReleaseStore
from routing.makers import NINGBO, around, submitted
from routing.release_makers import (
    draft,
    edit,
    fence_change,
    found_draft,
    found_simulation,
    limits_change,
    override,
    publish,
    second_person,
    simulate,
)
from worlds import NOON

PAGE = Page(first=10, total=True)


async def prepare_releases(tx: Transaction, plant: PlantView) -> Sequence[Asked]:
    """A draft, one that a second person answers for, and one that was simulated."""
    await set_routing_limits(SetRoutingLimits(max_distance_km=322.0), tx)
    last_but_one = await ReleaseStore(tx).in_force() - 1
    area = fence_change(plant.plant_id, around(NINGBO, 0.3))
    drafted = await found_draft(tx, area, limits_change(300.0))
    answered = await override_release(
        override(await found_draft(tx, limits_change(301.0))), second_person(tx)
    )
    service = Caller.service("routing", tx.tenant_id)
    earlier = Transaction(tx.conn, service, NOON - timedelta(hours=1))
    await on_order_submitted([submitted(LonLat(NINGBO.lon + 0.4, NINGBO.lat))], earlier)
    nobodys = fence_change(plant.plant_id, around(NINGBO, 0.1))
    nobody = await found_draft(tx, nobodys, limits_change(1.0))
    simulation = await found_simulation(tx, nobody)
    return [
        tenant_wide(draft(limits_change(302.0))),
        tenant_wide(edit(drafted, limits_change(303.0))),
        tenant_wide(override(drafted)),
        tenant_wide(publish(answered)),
        tenant_wide(simulate(drafted)),
        tenant_wide(RollBackRelease(release_id=ReleaseId(new_id()), number=last_but_one)),
        tenant_wide(SetReleaseGate(gate=Gate.CLOSED)),
        tenant_wide(ReleasesByIds(ids=(drafted.release_id,))),
        tenant_wide(ReleaseChangesByIds(ids=(drafted.release_id,))),
        tenant_wide(ListReleases(page=PAGE)),
        tenant_wide(SimulationsByIds(ids=(simulation.simulation_id,))),
        tenant_wide(ListChangedOrders(simulation_id=simulation.simulation_id, page=PAGE)),
        tenant_wide(ReleaseCoverage(release_id=nobody.release_id, territory=around(NINGBO))),
        somewhere(GetReleaseGate()),
    ]

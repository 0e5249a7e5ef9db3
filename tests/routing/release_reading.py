"""What is known of a release, and what holds."""

from hedgerow.contracts.releases import (
    GetReleaseGate,
    ReleasesByIds,
)
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    ListOverflowRules,
)
from hedgerow_routing.store.tables import fences
from hedgerow_routing.views.releases import (
    get_release_gate,
    releases_by_ids,
)
from hedgerow_routing.views.rules import get_routing_limits, list_overflow_rules
from sqlalchemy import select


async def read(tx, release_id):
    [view] = await releases_by_ids(ReleasesByIds(ids=(release_id,)), tx)
    return view


async def in_force(tx):
    """What is, without the fences' ids: areas by plant, codes of rules, kilometres, number."""
    areas = await tx.conn.scalar(select(fences.c.area_m2).where(fences.c.active_to.is_(None)))
    rules = await list_overflow_rules(ListOverflowRules(), tx)
    limits = await get_routing_limits(GetRoutingLimits(), tx)
    gate = await get_release_gate(GetReleaseGate(), tx)
    return areas, [each.code for each in rules], limits.max_distance_km, gate.in_force

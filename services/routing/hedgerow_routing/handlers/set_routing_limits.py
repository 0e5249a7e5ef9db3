from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import RoutingLimitsSet, RoutingLimitsView, SetRoutingLimits
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.edition import Edition
from hedgerow_routing.domain.limits import new_limits
from hedgerow_routing.store.rules import LimitsStore


async def set_routing_limits(command: SetRoutingLimits, tx: Transaction) -> RoutingLimitsView:
    """Replace the tenant's limits from this instant on."""
    grant = tx.caller.grant_tenant(Permission.LIMITS_SET)
    store = LimitsStore(tx)
    edition = Edition.after(await store.last(), tx.now)
    limits = new_limits(command.max_distance_km, version=edition.version)
    await store.publish(grant, limits, edition.active_from)
    tx.emit(
        RoutingLimitsSet(limits=limits),
        aggregate=f"limits:{tx.tenant_id}",
        version=limits.version,
        plant_id=None,
    )
    return limits

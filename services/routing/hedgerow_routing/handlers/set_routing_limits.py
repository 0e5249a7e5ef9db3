from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import LimitsChange
from hedgerow.contracts.routing import RoutingLimitsSet, RoutingLimitsView, SetRoutingLimits
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.edition import Edition
from hedgerow_routing.domain.limits import new_limits
from hedgerow_routing.handlers.announce_release import next_number, publish_alone
from hedgerow_routing.store.rules import LimitsStore


async def set_routing_limits(command: SetRoutingLimits, tx: Transaction) -> RoutingLimitsView:
    """Replace the tenant's limits from this instant on, by a release of its own."""
    grant, edition, limits = await next_limits(command, tx)
    number = await next_number(tx)
    await put_limits_in_force(grant, edition, limits, tx, release=number)
    await publish_alone(grant, number, LimitsChange(limits=command), tx)
    return limits


async def next_limits(
    command: SetRoutingLimits, tx: Transaction
) -> tuple[TenantGrant, Edition, RoutingLimitsView]:
    """The version that follows the one in force; nothing is written yet."""
    grant = tx.caller.grant_tenant(Permission.LIMITS_SET)
    edition = Edition.after(await LimitsStore(tx).last(), tx.now)
    return grant, edition, new_limits(command.max_distance_km, version=edition.version)


async def put_limits_in_force(
    grant: TenantGrant,
    edition: Edition,
    limits: RoutingLimitsView,
    tx: Transaction,
    *,
    release: int,
) -> None:
    """release  its number"""
    await LimitsStore(tx).publish(grant, limits, edition.active_from, release=release)
    tx.emit(
        RoutingLimitsSet(limits=limits),
        aggregate=f"limits:{tx.tenant_id}",
        version=limits.version,
        plant_id=None,
    )

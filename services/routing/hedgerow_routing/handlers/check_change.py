"""A change looked at as publishing it alone would, while it is drafted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hedgerow.contracts.releases import (
    Change,
    FenceChange,
    FenceRemoval,
    LimitsChange,
    PresenceChange,
    RuleChange,
    RuleRemoval,
    SafetyChange,
)
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.limits import new_limits
from hedgerow_routing.domain.overflow import check_chain, new_rule
from hedgerow_routing.domain.policy import new_policy
from hedgerow_routing.domain.release_refusals import inside
from hedgerow_routing.domain.safety import check_safety
from hedgerow_routing.handlers.check_removal import check_removal
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.plants import PlantStore


async def check_changes(changes: Sequence[Change], tx: Transaction, *, within: str) -> None:
    """Raises what publishing raises, with the field below `within`: "put.3.fence.geojson". Whether
    rules fit in with one another is asked when they are published: a draft is put together piece by
    piece."""
    for position, change in enumerate(changes):
        with inside(f"{within}.{position}."):
            await _check(change, tx)


async def _check(change: Change, tx: Transaction) -> None:
    plants = PlantStore(tx)
    match change:
        case FenceChange(fence=fence):
            with inside("fence."):
                await plants.load(fence.plant_id)
                divisions = await DivisionStore(tx).newest(fence.divisions)
                await asyncio.to_thread(Fence.draw, fence, at=tx.now, divisions=divisions)
        case FenceRemoval() | RuleRemoval():
            await check_removal(change, tx)
        case RuleChange(rule=rule):
            with inside("rule."):
                chain = new_rule(rule, at=tx.now).chain
                check_chain(chain, await plants.known_locations(chain))
        case LimitsChange(limits=limits):
            with inside("limits."):
                new_limits(limits.max_distance_km, version=1)
        case SafetyChange(safety=safety):
            with inside("safety."):
                check_safety(safety, await plants.plant_of_location(safety.location_id))
        case PresenceChange(policy=policy):
            with inside("policy."):
                await plants.load(policy.plant_id)
                new_policy(policy, None, at=tx.now)

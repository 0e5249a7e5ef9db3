"""A change of a release on its way into force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from hedgerow.auth import Permission
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

from hedgerow_routing.domain.release_refusals import inside, where
from hedgerow_routing.handlers.next_fence import next_fence
from hedgerow_routing.handlers.publish_overflow_rule import drafted_rule, put_rule_in_force
from hedgerow_routing.handlers.publish_presence_policy import publish_presence_policy
from hedgerow_routing.handlers.put_fence import put_fence_in_force
from hedgerow_routing.handlers.remove_fence import remove_fence
from hedgerow_routing.handlers.remove_rule import remove_rule
from hedgerow_routing.handlers.set_routing_limits import next_limits, put_limits_in_force

Put = Callable[..., Awaitable[object]]


async def prepared(change: Change, position: int, tx: Transaction) -> Put:
    """All that takes a while, before anybody else has to wait; what comes back does the rest.
    Raises what publishing the change alone raises, with the field below `changes.<position>.`."""
    with inside(where(change, position)):
        match change:
            case FenceChange(fence=fence):
                return partial(put_fence_in_force, *await next_fence(fence, tx))
            case FenceRemoval():
                return partial(remove_fence, change)
            case RuleChange(rule=rule):
                return partial(put_rule_in_force, *await drafted_rule(rule, tx))
            case RuleRemoval():
                grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
                return partial(remove_rule, grant, change)
            case LimitsChange(limits=limits):
                return partial(put_limits_in_force, *await next_limits(limits, tx))
            case SafetyChange(safety=safety):
                tx.caller.grant(safety.plant_id, Permission.SAFETY_SET, field="location_id")
                return _left_to_inventory
            case PresenceChange():
                return partial(_put_policy, change)


async def _left_to_inventory(tx: Transaction, *, release: int) -> None:
    """It hears of the level with the release."""


async def _put_policy(change: PresenceChange, tx: Transaction, *, release: int) -> None:
    await publish_presence_policy(change.policy, tx)

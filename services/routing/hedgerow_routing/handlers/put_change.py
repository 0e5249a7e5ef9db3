"""A change of a release on its way into force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
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

from hedgerow_routing.domain.overflow import new_rule
from hedgerow_routing.domain.release_refusals import inside
from hedgerow_routing.domain.rule_set import check_among
from hedgerow_routing.handlers.publish_overflow_rule import drafted_rule, put_rule_in_force
from hedgerow_routing.handlers.publish_presence_policy import publish_presence_policy
from hedgerow_routing.handlers.put_fence import next_fence, put_fence_in_force
from hedgerow_routing.handlers.remove_fence import remove_fence
from hedgerow_routing.handlers.remove_rule import remove_rule
from hedgerow_routing.handlers.set_routing_limits import next_limits, put_limits_in_force
from hedgerow_routing.store.network import NetworkStore

Put = Callable[..., Awaitable[object]]
MEMBERS: dict[type[Change], str] = {
    FenceChange: "fence",
    FenceRemoval: "removal",
    RuleChange: "rule",
    RuleRemoval: "rule_removal",
    LimitsChange: "limits",
    SafetyChange: "safety",
    PresenceChange: "policy",
}


def field_of(change: Change, position: int) -> str:
    """What stands before the fields of what is refused of it when its release is published."""
    return f"changes.{position}.{MEMBERS[type(change)]}."


async def prepared(change: Change, position: int, tx: Transaction) -> Put:
    """All that takes a while, before anybody else has to wait; what comes back does the rest.
    Raises what publishing the change alone raises, with the field below `changes.<position>.`."""
    with inside(field_of(change, position)):
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


async def check_rules(changes: Sequence[Change], tx: Transaction) -> None:
    """Hold each rule against the rules as all changes together leave them. After the lock of
    releases. Raises RuleTie, RuleUnreachable."""
    drafted = {
        position: new_rule(change.rule, at=tx.now)
        for position, change in enumerate(changes)
        if isinstance(change, RuleChange)
    }
    if not drafted:
        return
    removed = {change.code for change in changes if isinstance(change, RuleRemoval)}
    rules = (await NetworkStore(tx).load()).rules
    kept = [each for each in rules if each.code not in removed]
    for position, rule in drafted.items():
        with inside(field_of(changes[position], position)):
            beside = [each for at, each in drafted.items() if at != position]
            check_among(rule, kept, beside=beside)


async def _left_to_inventory(tx: Transaction, *, release: int) -> None:
    """It hears of the level with the release."""


async def _put_policy(change: PresenceChange, tx: Transaction, *, release: int) -> None:
    await publish_presence_policy(change.policy, tx)

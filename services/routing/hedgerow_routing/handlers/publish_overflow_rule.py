from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import RuleChange
from hedgerow.contracts.routing import OverflowRulePublished, OverflowRuleView, PublishOverflowRule
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import after, check_chain, new_rule
from hedgerow_routing.handlers.announce_release import next_number, publish_alone
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.rules import RuleStore


async def publish_overflow_rule(command: PublishOverflowRule, tx: Transaction) -> OverflowRuleView:
    """Replace the rule of this code from this instant on, by a release of its own."""
    grant, rule = await next_rule(command, tx)
    number = await next_number(tx)
    await put_rule_in_force(grant, rule, tx, release=number)
    await publish_alone(grant, number, RuleChange(rule=command), tx)
    return rule


async def next_rule(
    command: PublishOverflowRule, tx: Transaction
) -> tuple[TenantGrant, OverflowRuleView]:
    """The version that follows the one in force; nothing is written yet."""
    grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
    drafted = new_rule(command, at=tx.now)
    check_chain(drafted.chain, await PlantStore(tx).known_locations(drafted.chain))
    return grant, after(await RuleStore(tx).last(drafted.code), drafted)


async def put_rule_in_force(
    grant: TenantGrant, rule: OverflowRuleView, tx: Transaction, *, release: int
) -> None:
    """release  its number"""
    await RuleStore(tx).publish(grant, rule, release=release)
    tx.emit(
        OverflowRulePublished(rule=rule),
        aggregate=f"rule:{tx.tenant_id}:{rule.code}",
        version=rule.version,
        plant_id=None,
    )

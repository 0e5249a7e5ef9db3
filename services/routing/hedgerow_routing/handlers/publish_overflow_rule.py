from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import RuleChange
from hedgerow.contracts.routing import OverflowRulePublished, OverflowRuleView, PublishOverflowRule
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import after, check_chain, new_rule
from hedgerow_routing.domain.rule_set import check_among
from hedgerow_routing.handlers.announce_release import next_number, publish_alone
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.rules import RuleStore


async def publish_overflow_rule(command: PublishOverflowRule, tx: Transaction) -> OverflowRuleView:
    """Replace the rule of this code from this instant on, if it fits in with the others, by a
    release of its own."""
    grant, drafted = await drafted_rule(command, tx)
    number = await next_number(tx)
    check_among(drafted, (await NetworkStore(tx).load()).rules)
    rule = await put_rule_in_force(grant, drafted, tx, release=number)
    await publish_alone(grant, number, RuleChange(rule=command), tx)
    return rule


async def drafted_rule(
    command: PublishOverflowRule, tx: Transaction
) -> tuple[TenantGrant, OverflowRuleView]:
    """As a first version; nothing is written yet, and it was not held against the others."""
    grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
    drafted = new_rule(command, at=tx.now)
    check_chain(drafted.chain, await PlantStore(tx).known_locations(drafted.chain))
    return grant, drafted


async def put_rule_in_force(
    grant: TenantGrant, drafted: OverflowRuleView, tx: Transaction, *, release: int
) -> OverflowRuleView:
    """After the lock of releases. release  its number"""
    rules = RuleStore(tx)
    rule = after(await rules.last(drafted.code), drafted)
    await rules.publish(grant, rule, release=release)
    tx.emit(
        OverflowRulePublished(rule=rule),
        aggregate=f"rule:{tx.tenant_id}:{rule.code}",
        version=rule.version,
        plant_id=None,
    )
    return rule

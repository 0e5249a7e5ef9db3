from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import OverflowRulePublished, OverflowRuleView, PublishOverflowRule
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import after, check_chain, new_rule
from hedgerow_routing.domain.rule_set import check_among
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.rules import RuleStore


async def publish_overflow_rule(command: PublishOverflowRule, tx: Transaction) -> OverflowRuleView:
    """Replace the rule of this code from this instant on, if it fits in with the others."""
    grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
    drafted = new_rule(command, at=tx.now)
    check_chain(drafted.chain, await PlantStore(tx).known_locations(drafted.chain))
    rules = RuleStore(tx)
    await rules.lock()
    check_among(drafted, (await NetworkStore(tx).load()).rules)
    rule = after(await rules.last(drafted.code), drafted)
    await rules.publish(grant, rule)
    tx.emit(
        OverflowRulePublished(rule=rule),
        aggregate=f"rule:{tx.tenant_id}:{rule.code}",
        version=rule.version,
        plant_id=None,
    )
    return rule

from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import RuleRemoval
from hedgerow.contracts.routing import OverflowRuleRetired, OverflowRuleView, RetireOverflowRule
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import ended
from hedgerow_routing.handlers.announce_release import next_number, publish_alone
from hedgerow_routing.store.rules import RuleStore


async def retire_overflow_rule(command: RetireOverflowRule, tx: Transaction) -> OverflowRuleView:
    """Take a rule out of force, by a release of its own. The answer is the version that was in
    force until now."""
    grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
    number = await next_number(tx)
    rule = await RuleStore(tx).in_force(command.rule_id)
    await retire(grant, rule, tx, release=number)
    await publish_alone(grant, number, RuleRemoval(code=rule.code), tx)
    return rule


async def retire(
    grant: TenantGrant, rule: OverflowRuleView, tx: Transaction, *, release: int
) -> None:
    """After the lock of releases. release  its number"""
    last = ended(rule, at=tx.now)
    await RuleStore(tx).retire(grant, rule, last.active_from, release=release)
    tx.emit(
        OverflowRuleRetired(
            rule_id=rule.rule_id, code=rule.code, version=last.version, retired_at=last.active_from
        ),
        aggregate=f"rule:{tx.tenant_id}:{rule.code}",
        version=last.version,
        plant_id=None,
    )

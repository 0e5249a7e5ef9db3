from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import OverflowRuleRetired, OverflowRuleView, RetireOverflowRule
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import ended
from hedgerow_routing.store.rules import RuleStore


async def retire_overflow_rule(command: RetireOverflowRule, tx: Transaction) -> OverflowRuleView:
    """Take a rule out of force. The answer is the version that was in force until now."""
    grant = tx.caller.grant_tenant(Permission.RULE_PUBLISH)
    rules = RuleStore(tx)
    await rules.lock()
    rule = await rules.in_force(command.rule_id)
    last = ended(rule, at=tx.now)
    await rules.retire(grant, rule, last.active_from)
    tx.emit(
        OverflowRuleRetired(
            rule_id=rule.rule_id, code=rule.code, version=last.version, retired_at=last.active_from
        ),
        aggregate=f"rule:{tx.tenant_id}:{rule.code}",
        version=last.version,
        plant_id=None,
    )
    return rule

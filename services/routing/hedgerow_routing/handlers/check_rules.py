"""Rules of a release, held against one another and against those in force."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.contracts.releases import Change, RuleChange, RuleRemoval
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.overflow import new_rule
from hedgerow_routing.domain.release_refusals import inside, where
from hedgerow_routing.domain.rule_set import check_among
from hedgerow_routing.store.network import NetworkStore


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
        with inside(where(changes[position], position)):
            beside = [each for at, each in drafted.items() if at != position]
            check_among(rule, kept, beside=beside)

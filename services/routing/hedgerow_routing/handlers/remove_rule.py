"""A rule that nothing takes the place of, in a release."""

from __future__ import annotations

from hedgerow.auth import TenantGrant
from hedgerow.contracts.releases import RuleRemoval
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.retire_overflow_rule import retire
from hedgerow_routing.store.refusals import NothingToRemove
from hedgerow_routing.store.rules import RuleStore


async def remove_rule(
    grant: TenantGrant, removal: RuleRemoval, tx: Transaction, *, release: int
) -> None:
    """After the lock of releases. release  its number"""
    rule = await RuleStore(tx).of_code(removal.code)
    if rule is None:
        raise NothingToRemove("code")
    await retire(grant, rule, tx, release=release)

"""Whether there is what a draft would remove."""

from __future__ import annotations

from hedgerow.contracts.releases import FenceRemoval, RuleRemoval
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release_refusals import inside
from hedgerow_routing.store.fence_removals import FenceRemovalStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.refusals import NothingToRemove
from hedgerow_routing.store.rules import RuleStore


async def check_removal(removal: FenceRemoval | RuleRemoval, tx: Transaction) -> None:
    """Raises PlantForbidden, NothingToRemove."""
    if isinstance(removal, RuleRemoval):
        with inside("rule_removal."):
            if await RuleStore(tx).of_code(removal.code) is None:
                raise NothingToRemove("code")
        return
    with inside("removal."):
        await PlantStore(tx).load(removal.plant_id)
        if not await FenceRemovalStore(tx).is_valid(removal, tx.now):
            raise NothingToRemove("name")

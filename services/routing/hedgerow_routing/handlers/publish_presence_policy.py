from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.presence import (
    PresencePolicyPublished,
    PresencePolicyView,
    PublishPresencePolicy,
)
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.policy import new_policy
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.policies import PolicyStore


async def publish_presence_policy(
    command: PublishPresencePolicy, tx: Transaction
) -> PresencePolicyView:
    """Say what has to be done at the plant itself, from this instant on."""
    grant = tx.caller.grant(command.plant_id, Permission.PRESENCE_SET, field="plant_id")
    await PlantStore(tx).require(grant)
    policies = PolicyStore(tx)
    policy = new_policy(command, await policies.last(grant), at=tx.now)
    await policies.publish(grant, policy)
    tx.emit(
        PresencePolicyPublished(policy=policy),
        aggregate=f"presence_policy:{policy.plant_id}",
        version=policy.version,
        plant_id=policy.plant_id,
    )
    return policy

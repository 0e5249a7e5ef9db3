"""What the rights of users become when memberships or the places of plants change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hedgerow.auth import Grant
from hedgerow.contracts.access import AccessChanged, MembershipView
from hedgerow.contracts.values import PlantId
from hedgerow.transaction import Transaction

from hedgerow_routing.store.access import AccessStore, aggregate_of


async def announce_access(
    tx: Transaction,
    grants: Mapping[PlantId | None, Grant],
    changes: Mapping[str, Sequence[MembershipView | None]],
) -> None:
    """Raise the version of each subject's rights by one for each change, and say so."""
    if not changes:
        return
    last = await AccessStore(tx).raise_versions(grants, changes)
    for subject, each in sorted(changes.items()):
        first = last[subject] - len(each) + 1
        for version, membership in enumerate(each, start=first):
            tx.emit(
                AccessChanged(subject=subject, version=version, membership=membership),
                aggregate=aggregate_of(tx.tenant_id, subject),
                version=version,
                plant_id=None,
            )

"""The last check before a write: does the grant that was handed in cover it?"""

from __future__ import annotations

from collections.abc import Set

from hedgerow.auth import Permission, PlantGrant, TenantGrant
from hedgerow.contracts.values import PlantId

Grant = PlantGrant | TenantGrant


class WrongGrant(RuntimeError):
    """A handler asked for one right and uses another: a bug, never the caller's fault."""


def require(grant: Grant, permissions: Set[Permission], plant_id: PlantId | None) -> None:
    """A plant's data takes a grant of that plant, what has no plant takes one of the tenant.

    Raises WrongGrant, also when the grant is for none of `permissions`.
    """
    granted_at = grant.plant_id if isinstance(grant, PlantGrant) else None
    if grant.permission not in permissions or granted_at != plant_id:
        raise WrongGrant(f"{grant} does not cover a write at plant {plant_id}")

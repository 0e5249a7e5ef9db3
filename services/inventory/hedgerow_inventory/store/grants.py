"""The last check before a write: does the grant that was handed in cover it?"""

from __future__ import annotations

from collections.abc import Iterable

from hedgerow.auth import Permission, PlantGrant, TenantGrant
from hedgerow.contracts.values import PlantId

Grant = PlantGrant | TenantGrant


class WrongGrant(RuntimeError):
    """A handler asked for one right and uses another: a bug, never the caller's fault."""


def require(grant: Grant, permission: Permission, plants: Iterable[PlantId] = ()) -> None:
    """Raises WrongGrant unless `grant` is for `permission`, at all of `plants`."""
    if grant.permission is not permission:
        raise WrongGrant(f"{permission} is needed, {grant.permission} was given")
    if isinstance(grant, PlantGrant) and any(plant != grant.plant_id for plant in plants):
        raise WrongGrant(f"the grant is for plant {grant.plant_id} only")

"""What stands between a handler and a wrong write."""

from __future__ import annotations

from hedgerow.auth import Permission, PlantGrant, TenantGrant
from hedgerow.contracts.values import PlantId
from hedgerow.errors import Conflict


class WrongGrant(RuntimeError):
    """A handler asked for one right and uses another: a bug, never the caller's fault."""


class IdTaken(Conflict):
    code = "ID_TAKEN"

    def __init__(self, field: str) -> None:
        super().__init__("This id is already in use.", "该标识已被使用", field=field)


class ChangedMeanwhile(Conflict):
    code = "CHANGED_MEANWHILE"

    def __init__(self) -> None:
        super().__init__(
            "Someone else published a new version at the same moment; look at it and try again.",
            "其他人刚刚发布了新版本，请查看后重试",
        )


def check_grant(
    grant: PlantGrant | TenantGrant, permission: Permission, plant_id: PlantId | None = None
) -> None:
    """Raises WrongGrant unless it is for this permission, and at this plant if one is given."""
    granted_at = grant.plant_id if isinstance(grant, PlantGrant) else None
    if grant.permission is not permission or granted_at != plant_id:
        raise WrongGrant(f"{grant} does not cover {permission} at plant {plant_id}")

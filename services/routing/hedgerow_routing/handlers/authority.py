"""What giving or taking a role needs: nobody hands out what they do not hold."""

from __future__ import annotations

from hedgerow.auth import PERMISSIONS, Caller, Grant, Permission, Role
from hedgerow.contracts.access import MembershipView, Scope
from hedgerow.contracts.values import PlantId
from hedgerow.errors import Denied

from hedgerow_routing.domain.membership import Placed


class RoleExceedsYours(Denied):
    code = "ROLE_EXCEEDS_YOURS"

    def __init__(self, field: str, *, detail: str) -> None:
        super().__init__(
            "You may give and take only roles all of whose permissions you hold there.",
            "只能授予或收回您自己在该处完全具备其权限的角色",
            field=field,
            detail=detail,
        )


def authority(
    caller: Caller, membership: MembershipView, placed: Placed, *, place: str, role: str
) -> dict[PlantId | None, Grant]:
    """The grants it takes, by plant; an area without plants takes the whole tenant's.

    place, role  the fields that a refusal names
    Raises PlantForbidden, NotPermitted, RoleExceedsYours.
    """
    grants: dict[PlantId | None, Grant] = {}
    if membership.scope is Scope.PLANT:
        plants = [membership.plant_id]
    elif membership.scope is Scope.AREA:
        plants = [plant for plant, area in placed.items() if area == membership.area_id]
    else:
        plants = []
    for plant_id in plants:
        grants[plant_id] = caller.grant(plant_id, Permission.ROLE_GRANT, field=place)
    if not grants:
        grants[None] = caller.grant_tenant(Permission.ROLE_GRANT)
    for at in grants:
        lacking = [p for p in PERMISSIONS[Role(membership.role)] if not caller.holds(p, at)]
        if lacking:
            raise RoleExceedsYours(role, detail=f"{caller.subject} lacks {sorted(lacking)}")
    return grants

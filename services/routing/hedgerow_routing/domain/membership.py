"""Roles that users are given, how far each of them reaches, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from hedgerow.auth import TENANT_ROLES, Role
from hedgerow.contracts.access import AccessView, GrantRole, Member, MembershipView, Scope
from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.values import AreaId, Basis, PlantId
from hedgerow.errors import Conflict, Invalid
from msgspec.structs import replace

from .fields import subject

MOST_CLAIMED = 1000
MOST_MEMBERS = 100

Placed = Mapping[PlantId, AreaId | None]  # every plant of the tenant, and the area it is in


class UnknownRole(Invalid):
    code = "ROLE_UNKNOWN"


class BadScope(Invalid):
    code = "SCOPE_INVALID"


class MembershipEnded(Conflict):
    code = "MEMBERSHIP_ENDED"

    def __init__(self) -> None:
        super().__init__("This role was taken back before.", "该角色此前已被收回")


def role_named(name: str, field: str) -> Role:
    """Raises UnknownRole."""
    try:
        return Role(name)
    except ValueError as unknown:
        raise UnknownRole("There is no such role.", "该角色不存在", field=field) from unknown


def new_membership(
    command: GrantRole, *, by: str, at: datetime, within: str = ""
) -> MembershipView:
    """Raises Invalid, naming the field. within  what stands before the names of its fields"""
    role = role_named(command.role, f"{within}role")
    _check_scope(command, role, within)
    return MembershipView(
        membership_id=command.membership_id,
        subject=subject(command.subject, f"{within}subject"),
        role=role,
        scope=command.scope,
        plant_id=command.plant_id,
        area_id=command.area_id,
        basis=checked_basis(command.basis, "basis"),
        granted_by=by,
        granted_at=at,
        revocation=None,
        revoked_by="",
        revoked_at=None,
    )


def new_member(
    member: Member, plant_id: PlantId, basis: Basis, *, by: str, at: datetime, within: str
) -> MembershipView:
    """At a plant. Raises Invalid, naming the field."""
    command = GrantRole(
        membership_id=member.membership_id,
        subject=member.subject,
        role=member.role,
        scope=Scope.PLANT,
        plant_id=plant_id,
        basis=basis,
    )
    return new_membership(command, by=by, at=at, within=within)


def _check_scope(command: GrantRole, role: Role, within: str) -> None:
    if role in TENANT_ROLES and command.scope is not Scope.TENANT:
        raise BadScope(
            "This role is given for the whole tenant only.",
            "该角色只能授予整个租户",
            field=f"{within}role" if within else "scope",
        )
    for name, given, scope in (
        ("plant_id", command.plant_id, Scope.PLANT),
        ("area_id", command.area_id, Scope.AREA),
    ):
        if (given is not None) != (command.scope is scope):
            raise BadScope(
                f"The scope {scope} names its {name.removesuffix('_id')}, and no other does.",
                "作用范围与所给的工厂或区域不一致",
                field=f"{within}{name}",
            )


def revoked(membership: MembershipView, basis: Basis, *, by: str, at: datetime) -> MembershipView:
    """Raises MembershipEnded, BasisRequired, BadText."""
    kept = checked_basis(basis, "basis")
    if membership.revoked_at is not None:
        raise MembershipEnded
    return replace(membership, revocation=kept, revoked_by=by, revoked_at=at)


def reaches(membership: MembershipView, plant_id: PlantId | None, placed: Placed) -> bool:
    """Does it give its role at the plant; for None: over what has no plant yet?"""
    if membership.scope is Scope.TENANT:
        return plant_id is not None or membership.role in TENANT_ROLES
    if plant_id is None:
        return False
    if membership.scope is Scope.AREA:
        return placed.get(plant_id) == membership.area_id
    return membership.plant_id == plant_id


def resolve(
    subject: str, version: int, memberships: Iterable[MembershipView], placed: Placed
) -> AccessView:
    """What these come to, all active and all of the subject."""
    tenant_roles: set[str] = set()
    plant_roles: defaultdict[PlantId, set[str]] = defaultdict(set)
    for each in memberships:
        if each.role in TENANT_ROLES:
            tenant_roles.add(each.role)
            continue
        for plant_id in placed:
            if reaches(each, plant_id, placed):
                plant_roles[plant_id].add(each.role)
    return AccessView(
        subject=subject,
        version=version,
        tenant_roles=tuple(sorted(tenant_roles)),
        plant_roles={plant: tuple(sorted(plant_roles[plant])) for plant in sorted(plant_roles)},
    )

"""roleGrant, roleRevoke, plantBind."""

from __future__ import annotations

from typing import Any

import strawberry
from hedgerow.contracts.access import BindPlant, GrantRole, RevokeRole
from hedgerow.contracts.access import Member as MemberContract

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import CRITICAL
from hedgerow_gateway.schema.enums import Datum, FenceKind, Role, Scope
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fences import (
    ALONE_CODES,
    FENCE_CODES,
    CircleInput,
    Fence,
    publish_fence,
)
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.memberships import Membership, membership_id
from hedgerow_gateway.schema.scalars import GeoJson
from hedgerow_gateway.schema.values import BasisInput

_CODES = {
    "BASIS_REQUIRED": "The basis lacks its type or its reference.",
    "ID_TAKEN": "The id is in use.",
    "ROLE_UNKNOWN": "There is no such role.",
    "SCOPE_INVALID": "The role is not given that far, or the scope does not fit what is named.",
    "ROLE_ALREADY_GRANTED": "The user has this role there already.",
    "ROLE_EXCEEDS_YOURS": "The role holds a permission that you do not hold there.",
    "SUBJECT_INVALID": "No user's id: empty, too long, not printable, or a service's.",
    "AREA_UNKNOWN": "There is no such area.",
}
_USER = {"subject": "user"}


@strawberry.input(description="Gives a user a role.")
class RoleGrantInput:
    user: str = entered("用户", "User", "Their id at their issuer.")
    role: Role = entered("角色", "Role", "You must hold all of its permissions there yourself.")
    scope: Scope = entered("作用范围", "Scope", "How far it reaches.")
    plant_id: strawberry.ID | None = entered("工厂", "Plant", "For PLANT.", optional=True)
    area_id: strawberry.ID | None = entered("区域", "Area", "For AREA.", optional=True)
    basis: BasisInput = entered("依据", "Basis", "Why.")

    def command(self, new_id: Any) -> GrantRole:
        plant, area = self.plant_id or None, self.area_id or None
        return GrantRole(
            membership_id=new_id,
            subject=self.user,
            role=self.role.value,
            scope=self.scope,
            plant_id=uuid_of("Plant", plant, field="plant_id") if plant else None,
            area_id=uuid_of("Area", area, field="area_id") if area else None,
            basis=self.basis.contract(),
        )


@strawberry.type(description="What became of roleGrant.")
class RoleGrantPayload:
    membership: Membership | None = member("成员关系", "Membership", "As it was given.")
    user_errors: list[UserError] = user_errors("RoleGrant", _CODES, _USER)


async def role_grant(info: Info, input: RoleGrantInput) -> RoleGrantPayload:
    act = Act.of(info)
    return RoleGrantPayload(membership=same(await act.send(input.command(act.new_id()))))


@strawberry.input(description="Takes a role back.")
class RoleRevokeInput:
    membership_id: strawberry.ID = entered("成员关系", "Membership", "What was given.")
    basis: BasisInput = entered("依据", "Basis", "Why.")


@strawberry.type(description="What became of roleRevoke.")
class RoleRevokePayload:
    membership: Membership | None = member("成员关系", "Membership", "As it ended.")
    user_errors: list[UserError] = user_errors(
        "RoleRevoke",
        {
            "BASIS_REQUIRED": "The basis lacks its type or its reference.",
            "MEMBERSHIP_ENDED": "This role was taken back before.",
        },
    )


async def role_revoke(info: Info, input: RoleRevokeInput) -> RoleRevokePayload:
    command = RevokeRole(
        membership_id=membership_id(input.membership_id, field="membership_id"),
        basis=input.basis.contract(),
    )
    return RoleRevokePayload(membership=same(await Act.of(info).send(command)))


@strawberry.input(description="A fence of the plant that is being bound; see FencePublishInput.")
class BoundFenceInput:
    kind: FenceKind = entered("类型", "Kind", "What it decides.")
    name: str = entered("名称", "Name", "Replaces the plant's fence of this kind and name.")
    priority: int | None = entered(
        "优先级", "Priority", "Where areas overlap, the higher one wins; 0.", optional=True
    )
    circle: CircleInput | None = entered("圆", "Circle", "This or GeoJSON.", optional=True)
    geojson: GeoJson | None = entered("GeoJSON", "GeoJSON", "This or a circle.", optional=True)
    datum: Datum | None = entered(
        "坐标系", "Datum", "Of the GeoJSON's coordinates; mandatory with them.", optional=True
    )


@strawberry.input(description="A user and their role at the plant that is being bound.")
class MemberInput:
    user: str = entered("用户", "User", "Their id at their issuer.")
    role: Role = entered("角色", "Role", "Not one of the whole company.")


@strawberry.input(description="Draws a fence of a plant and gives people their roles there.")
class PlantBindInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "The plant.")
    fence: BoundFenceInput = entered("围栏", "Fence", "In force from now on.")
    members: list[MemberInput] = entered("成员", "Members", "Who gets which role there.")
    basis: BasisInput = entered("依据", "Basis", "Why.")


@strawberry.type(description="What became of plantBind.")
class PlantBindPayload:
    fence: Fence | None = member("围栏", "Fence", "The version now in force.")
    memberships: list[Membership] | None = member(
        "成员关系", "Memberships", "In the order of the input."
    )
    user_errors: list[UserError] = user_errors(
        "PlantBind",
        {
            **FENCE_CODES,
            **ALONE_CODES,
            **_CODES,
            "COUNT_INVALID": "Too few or too many members.",
            "GIVEN_TWICE": "A member stands twice in the list.",
        },
        {**_USER, "fence.plant_id": "plantId"},
    )


async def plant_bind(info: Info, input: PlantBindInput) -> PlantBindPayload:
    act = Act.of(info)
    plant_id = uuid_of("Plant", input.plant_id, field="plant_id")
    command = BindPlant(
        fence=publish_fence(act.new_id(), plant_id, input.fence),
        members=tuple(
            MemberContract(
                membership_id=act.part(f"member {position}").new_id(),
                subject=each.user,
                role=each.role.value,
            )
            for position, each in enumerate(input.members)
        ),
        basis=input.basis.contract(),
    )
    bound = await act.send(command)
    return PlantBindPayload(fence=same(bound.fence), memberships=same(bound.memberships))


@strawberry.type
class RoleMutations:
    role_grant: RoleGrantPayload | None = mutation(
        RoleGrantPayload, role_grant, "Give a user a role.", directives=[CRITICAL]
    )
    role_revoke: RoleRevokePayload | None = mutation(
        RoleRevokePayload,
        role_revoke,
        "Take a role back: at once for changes, within two seconds for questions.",
        directives=[CRITICAL],
    )
    plant_bind: PlantBindPayload | None = mutation(
        PlantBindPayload,
        plant_bind,
        "Draw a fence of a plant and give people their roles there, all or nothing.",
        directives=[CRITICAL],
    )

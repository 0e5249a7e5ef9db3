"""Roles that users were given, and who gave them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry
from hedgerow.contracts.access import ListMemberships, MembershipWhere
from hedgerow.contracts.values import MembershipId

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.areas import Area
from hedgerow_gateway.schema.enums import Role, Scope
from hedgerow_gateway.schema.fields import derived, entered, query, shown
from hedgerow_gateway.schema.finding import to_area, to_plant
from hedgerow_gateway.schema.ids import BadId, global_id, key_of, uuid_of
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.values import Basis, given


def membership_id(given: str, *, field: str) -> MembershipId:
    """The id of a membership holds its user too, whose evidence it belongs to. Raises BadId."""
    key = key_of("Membership", given, field=field)
    try:
        return MembershipId(UUID(key.partition(":")[0]))
    except ValueError as wrong:
        raise BadId("Membership", field=field) from wrong


@strawberry.type(description="A role that a user was given. It is kept for ever; it may end.")
class Membership:
    id: strawberry.ID = derived(
        lambda it: global_id("Membership", f"{it.membership_id}:{it.subject}"),
        "标识",
        "Id",
        "Opaque; for roleRevoke and evidence.",
    )
    user: str = derived(lambda it: it.subject, "用户", "User", "Their id at their issuer.")
    role: Role = derived(lambda it: Role(it.role), "角色", "Role", "What they are.")
    scope: Scope = shown("作用范围", "Scope", "How far it reaches.")
    plant: Plant | None = to_plant("工厂", "Plant", "Of the scope PLANT; null if out of sight.")
    area: Area | None = to_area("区域", "Area", "Of the scope AREA.")
    basis: Basis = shown("授予依据", "Basis", "Why it was given.")
    granted_by: str = shown("授予人", "Granted by", "Who gave it.")
    granted_at: datetime = shown("授予时间", "Granted at", "Since when they hold it.")
    revocation: Basis | None = shown("收回依据", "Revocation", "Why it was taken back, or null.")
    revoked_by: str | None = derived(
        lambda it: it.revoked_by or None, "收回人", "Revoked by", "Who took it back, or null."
    )
    revoked_at: datetime | None = shown("收回时间", "Revoked at", "Null while it holds.")


@strawberry.input(description="Which memberships; all that is given must hold.")
class MembershipWhereInput:
    user: str | None = entered("用户", "User", "Of this user.", optional=True)
    plant_id: strawberry.ID | None = entered("工厂", "Plant", "Given at this plant.", optional=True)
    role: Role | None = entered("角色", "Role", "Of this role.", optional=True)
    active: bool | None = entered("有效", "Active", "Not taken back, or taken back.", optional=True)

    def contract(self) -> MembershipWhere:
        plant = self.plant_id or None
        return MembershipWhere(
            subject=self.user or None,
            plant_id=uuid_of("Plant", plant, field="where.plantId") if plant else None,
            role=self.role.value if self.role else None,
            active=given(self.active),
        )


async def memberships(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    where: MembershipWhereInput | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(
        ListMemberships(
            where=where.contract() if where else MembershipWhere(),
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.memberships, page.cursors, page.has_next, page.has_previous, page.total)


@strawberry.type
class MembershipQueries:
    memberships: Connection[Membership] | None = query(
        memberships,
        "Roles that users were given where the caller may read it, newest first.",
        paged=True,
    )

"""Why somebody may do something or not: cases of refusals, and chains of grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from hedgerow.auth import Permission
from hedgerow.contracts.access import (
    AccessCaseByNumber,
    AccessCaseView,
    AccessExplanation,
    ExplainAccess,
)
from hedgerow.contracts.values import PlantId
from hedgerow.errors import PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import Role
from hedgerow_gateway.schema.fields import derived, query, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.ids import BadId
from hedgerow_gateway.schema.memberships import Membership
from hedgerow_gateway.schema.node import NAMES, load_node
from hedgerow_gateway.schema.plants import Plant

# What reading one of these needs beside plant:read.
_READ = {
    "Order": Permission.ORDER_READ,
    "Plant": Permission.PLANT_READ,
    "Location": Permission.PLANT_READ,
    "RoutingDecision": Permission.DECISION_READ,
    "InventoryLevel": Permission.STOCK_READ,
    "Rma": Permission.RMA_READ,
}


@strawberry.type(description="A refusal that somebody was told of, by the number they were told.")
class AccessCase:
    number: str = shown("案例号", "Number", "As it was told.")
    user: str = derived(lambda case: case.subject, "用户", "User", "Who was refused.")
    operation: str = shown("操作", "Operation", "The field of the API.")
    code: str = shown("代码", "Code", "PLANT_FORBIDDEN or NOT_PERMITTED.")
    asked: list[str] = shown("请求对象", "Asked", "What was asked for: ids, numbers and codes.")
    plant: Plant | None = to_plant(
        "工厂", "Plant", "Whose it is; null when there is no such thing or it has no plant."
    )
    permission: str | None = derived(
        lambda case: case.permission or None,
        "缺少的权限",
        "Permission",
        "What was missing; null when the plant itself is out of sight.",
    )
    ip: str = shown("IP 地址", "IP address", "Where the request came from.")
    device: str = shown("设备", "Device", "What the client said of itself.")
    request_id: str = shown("请求标识", "Request id", "Of the answer, and in every log.")
    at: datetime = shown("时间", "At", "When it was refused.")


@strawberry.type(description="One reason why a user holds permissions at a plant.")
class AccessLink:
    role: Role = derived(lambda link: Role(link.role), "角色", "Role", "What they are there.")
    membership: Membership | None = shown(
        "成员关系", "Membership", "Who gave it and why; null when it came with the user's token."
    )
    claimed_at: datetime | None = shown(
        "令牌时间", "Claimed at", "When their token last brought it; null for a membership."
    )
    permissions: list[str] = shown("权限", "Permissions", "All that the role stands for.")


@dataclass(frozen=True, slots=True)
class Explained:
    """needed  for reading the thing that was asked about"""

    access: AccessExplanation
    needed: Permission

    @property
    def plant_id(self) -> PlantId | None:
        return self.access.plant_id

    @property
    def can_read(self) -> bool:
        return {Permission.PLANT_READ, self.needed} <= set(self.access.held)


@strawberry.type(description="Why a user may do what with a thing, or what is missing.")
class AccessExplained:
    user: str = derived(lambda it: it.access.subject, "用户", "User", "Whose access it is.")
    plant: Plant | None = to_plant("工厂", "Plant", "Of the thing; null while it has none.")
    can_read: bool = shown("可查看", "Can read", "Whether the user may see this very thing.")
    links: list[AccessLink] = derived(
        lambda it: it.access.links, "授权链", "Links", "What gives them rights there."
    )
    ended: list[Membership] = derived(
        lambda it: it.access.ended,
        "已收回的角色",
        "Ended",
        "What once did and was taken back, newest first, at most ten.",
    )
    held: list[str] = derived(
        lambda it: it.access.held, "拥有的权限", "Held", "Permissions that the links come to."
    )
    missing: list[str] = derived(
        lambda it: it.access.missing, "缺少的权限", "Missing", "Every other permission."
    )


async def access_case(info: Info, number: str) -> AccessCaseView | None:
    return await info.context.ask(AccessCaseByNumber(number=number))


async def explain_access(info: Info, entity_id: strawberry.ID, user_id: str) -> Explained:
    """Of something the caller may see."""
    found: Any = await load_node(info.context.load, entity_id, field="entityId")
    if found is None:
        raise PlantForbidden(field="entityId")
    kind = NAMES[type(found)]
    if kind not in _READ:
        raise BadId("", field="entityId")
    plant_id = found.assignment.plant_id if kind == "RoutingDecision" else found.plant_id
    access = await info.context.ask(ExplainAccess(subject=user_id, plant_id=plant_id))
    return Explained(access, _READ[kind])


@strawberry.type
class AccessQueries:
    access_case: AccessCase | None = query(
        access_case, "A refusal by its case number; null unless the caller may read access there."
    )
    explain_access: AccessExplained | None = query(
        explain_access, "Why a user may do what with something that belongs to a plant."
    )

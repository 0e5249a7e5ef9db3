"""Who is asking, and what they may do."""

from __future__ import annotations

import strawberry
from hedgerow.auth import Caller, Permission

from hedgerow_gateway.context import Context, Info
from hedgerow_gateway.loaders import EVERYTHING
from hedgerow_gateway.schema.fields import derived, looked_up, query, shown, told
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.plants import Plant


def _permissions_at(caller: Caller, _: Context, plant_id: strawberry.ID) -> list[str]:
    plant = uuid_of("Plant", plant_id, field="plantId")
    return sorted(each.value for each in Permission if caller.holds(each, plant))


@strawberry.type(description="The caller.")
class Viewer:
    subject: str = shown("用户", "Subject", "The user's id at their issuer.")
    tenant_id: strawberry.ID = derived(
        lambda caller: str(caller.tenant_id), "企业", "Tenant", "The company."
    )
    permissions: list[str] = derived(
        lambda caller: sorted(each.value for each in caller.tenant_grants),
        "全局权限",
        "Permissions",
        "Held at every plant, and for what has no plant yet.",
    )
    permissions_at: list[str] = told(
        _permissions_at, "工厂权限", "Permissions at", "Held at this plant."
    )
    plants: list[Plant] | None = looked_up(
        lambda load: load.plant_lists,
        lambda _: EVERYTHING,
        "工厂",
        "Plants",
        "Those the caller may see.",
    )


async def viewer(info: Info) -> Caller:
    return info.context.caller


@strawberry.type
class ViewerQueries:
    viewer: Viewer | None = query(viewer, "The caller.")

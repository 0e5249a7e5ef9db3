"""Areas, memberships and people for tests of who may do what."""

from __future__ import annotations

from typing import Any

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.contracts.access import GrantRole, MembershipView, Scope
from hedgerow.contracts.routing import AreaView, CreateArea, PlantView, SetPlantArea
from hedgerow.contracts.values import AreaId, Basis, MembershipId, PlantId, new_id
from hedgerow.errors import Refused
from hedgerow.evidence.writer import EvidenceWriter
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.create_area import create_area
from hedgerow_routing.handlers.grant_role import grant_role
from hedgerow_routing.handlers.set_plant_area import set_plant_area
from hedgerow_routing.store.access_tables import memberships
from hedgerow_routing.store.tables import access
from routing.makers import as_caller
from sqlalchemy import func, select

BASIS = Basis("LETTER", "HR-2026-7", "")


def new_area(code: str = "EAST", **changed: Any) -> CreateArea:
    fields = {"area_id": AreaId(new_id()), "code": code, "name": f"{code} area"}
    return CreateArea(**fields | changed)


def grant(
    subject: str = "li.wei", role: Role | str = Role.PICKER, at: Any = None, **changed: Any
) -> GrantRole:
    """At a plant or an area, by its view; in the whole tenant for None."""
    place: dict[str, Any] = {"scope": Scope.TENANT}
    if isinstance(at, PlantView):
        place = {"scope": Scope.PLANT, "plant_id": at.plant_id}
    if isinstance(at, AreaView):
        place = {"scope": Scope.AREA, "area_id": at.area_id}
    fields = {
        "membership_id": MembershipId(new_id()),
        "subject": subject,
        "role": str(role),
        "basis": BASIS,
    }
    return GrantRole(**fields | place | changed)


async def found_grant(tx: Transaction, *args: Any, **changed: Any) -> MembershipView:
    """What it announced and recorded is forgotten."""
    given = await grant_role(grant(*args, **changed), tx)
    forget(tx)
    return given


async def found_area_of(tx: Transaction, code: str, *plants: PlantView) -> AreaView:
    area = await create_area(new_area(code), tx)
    for plant in plants:
        await move(tx, plant.plant_id, area.area_id)
    forget(tx)
    return area


async def move(tx: Transaction, plant_id: PlantId, area_id: AreaId | None) -> PlantView:
    return await set_plant_area(SetPlantArea(plant_id=plant_id, area_id=area_id, basis=BASIS), tx)


def forget(tx: Transaction) -> None:
    tx.emitted.clear()
    tx.recorded.clear()


async def evident(tx: Transaction) -> int:
    """Writes what was recorded, as the pipeline does; how many entries that is."""
    await EvidenceWriter().write(tx)
    return len(tx.recorded)


async def versions(tx: Transaction) -> dict[str, int]:
    rows = await tx.conn.execute(select(access.versions.c.subject, access.versions.c.version))
    return {row.subject: row.version for row in rows}


async def refused(awaitable: Any, tx: Transaction, admin: Transaction) -> tuple[str, str]:
    """Code and field of the refusal; nothing was announced, recorded, or given to anybody.

    tx  of the refused; admin is one that sees the whole tenant
    """
    before = (await _state(admin), len(tx.emitted), len(tx.recorded))
    await as_caller(admin, tx.caller)
    with pytest.raises(Refused) as refusal:
        await awaitable
    assert (await _state(admin), len(tx.emitted), len(tx.recorded)) == before
    return refusal.value.code, refusal.value.field


async def _state(admin: Transaction) -> Any:
    await as_caller(admin, admin.caller)
    counted = select(func.count(), func.count(memberships.c.revoked_at)).select_from(memberships)
    return tuple((await admin.conn.execute(counted)).one()), await versions(admin)


def gateway(tx: Transaction) -> Caller:
    return Caller.service("gateway", tx.tenant_id)

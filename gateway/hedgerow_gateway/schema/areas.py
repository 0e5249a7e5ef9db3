"""Areas: plants that are looked after together."""

from __future__ import annotations

from datetime import datetime

import strawberry
from hedgerow.contracts.routing import AreaView, CreateArea, SetPlantArea

from hedgerow_gateway.context import Info
from hedgerow_gateway.loaders import EVERYTHING
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import CRITICAL
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import derived, entered, looked_up, member, query, same, shown
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.values import BasisInput


@strawberry.type(description="Plants that are looked after together.")
class Area:
    id: strawberry.ID = derived(
        lambda area: global_id("Area", area.area_id), "标识", "Id", "Opaque; the same for ever."
    )
    code: str = shown("区域代码", "Code", "Upper case, unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    created_at: datetime = shown("创建时间", "Created at", "When it was created.")
    plants: list[Plant] | None = looked_up(
        lambda load: load.plant_lists,
        lambda _: EVERYTHING,
        "工厂",
        "Plants",
        "Those of its plants that the caller may see.",
        pick=lambda area, found: [each for each in found if each.plant_id in area.plant_ids],
    )


async def areas(info: Info) -> tuple[AreaView, ...]:
    return await info.context.load.area_lists.load(EVERYTHING)


@strawberry.input(description="A new area.")
class AreaCreateInput:
    code: str = entered("区域代码", "Code", "Upper-case letters, digits and dashes; unique.")
    name: str = entered("名称", "Name", "What people call it.")


@strawberry.type(description="What became of areaCreate.")
class AreaCreatePayload:
    area: Area | None = member("区域", "Area", "The new area.")
    user_errors: list[UserError] = user_errors(
        "AreaCreate",
        {
            "AREA_CODE_TAKEN": "Another area has this code.",
            "CODE_INVALID": "A code is of upper-case letters, digits and dashes.",
            "ID_TAKEN": "The id is in use.",
        },
    )


async def area_create(info: Info, input: AreaCreateInput) -> AreaCreatePayload:
    act = Act.of(info)
    command = CreateArea(area_id=act.new_id(), code=input.code, name=input.name)
    return AreaCreatePayload(area=same(await act.send(command)))


@strawberry.input(description="Puts a plant into an area, out of the one it was in.")
class PlantAreaSetInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "The plant.")
    area_id: strawberry.ID | None = entered(
        "区域", "Area", "Left out or null: into none.", optional=True
    )
    basis: BasisInput = entered("依据", "Basis", "Why: it changes who may do what.")


@strawberry.type(description="What became of plantAreaSet.")
class PlantAreaSetPayload:
    plant: Plant | None = member("工厂", "Plant", "As it stands now.")
    user_errors: list[UserError] = user_errors(
        "PlantAreaSet",
        {
            "AREA_UNKNOWN": "There is no such area.",
            "BASIS_REQUIRED": "The basis lacks its type or its reference.",
        },
    )


async def plant_area_set(info: Info, input: PlantAreaSetInput) -> PlantAreaSetPayload:
    area = input.area_id or None
    command = SetPlantArea(
        plant_id=uuid_of("Plant", input.plant_id, field="plant_id"),
        area_id=uuid_of("Area", area, field="area_id") if area else None,
        basis=input.basis.contract(),
    )
    return PlantAreaSetPayload(plant=same(await Act.of(info).send(command)))


@strawberry.type
class AreaQueries:
    areas: list[Area] | None = query(areas, "Areas, by code.")


@strawberry.type
class AreaMutations:
    area_create: AreaCreatePayload | None = mutation(
        AreaCreatePayload, area_create, "Create an area."
    )
    plant_area_set: PlantAreaSetPayload | None = mutation(
        PlantAreaSetPayload,
        plant_area_set,
        "Put a plant into an area; who holds a role in the area holds it there.",
        directives=[CRITICAL],
    )

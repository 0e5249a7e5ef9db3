"""plantCreate and locationCreate."""

from __future__ import annotations

from typing import Any

import strawberry
from hedgerow.contracts.routing import DEFAULT_TIME_ZONE, CreateLocation, CreatePlant

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import LocationKind
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.plants import Location, Plant
from hedgerow_gateway.schema.values import GeoPointInput

_CODES = {
    "CODE_INVALID": "A code is empty, too long or not of upper-case letters, digits and dashes.",
    "ID_TAKEN": "The id is in use.",
}


@strawberry.input(description="A new plant.")
class PlantCreateInput:
    code: str = entered("工厂代码", "Code", "Upper-case letters, digits and dashes; unique.")
    name: str = entered("名称", "Name", "What people call it.")
    point: GeoPointInput = entered("位置", "Position", "Where it is.")
    time_zone: str | None = entered(
        "时区", "Time zone", "A name of the IANA database; Asia/Shanghai.", optional=True
    )

    def command(self, plant_id: Any) -> CreatePlant:
        return CreatePlant(
            plant_id=plant_id,
            code=self.code,
            name=self.name,
            point=self.point.contract(),
            time_zone=self.time_zone or DEFAULT_TIME_ZONE,
        )


@strawberry.type(description="What became of plantCreate.")
class PlantCreatePayload:
    plant: Plant | None = member("工厂", "Plant", "The new plant.")
    user_errors: list[UserError] = user_errors(
        "PlantCreate",
        {
            **_CODES,
            "BAD_COORDINATE": "A coordinate is not a number or out of range.",
            "PLANT_CODE_TAKEN": "Another plant has this code.",
            "TIME_ZONE_UNKNOWN": "The IANA database has no such time zone.",
        },
    )


@strawberry.input(description="A new location of a plant.")
class LocationCreateInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose location it is.")
    code: str = entered("库位代码", "Code", "Upper-case letters, digits and dashes; unique.")
    name: str = entered("名称", "Name", "What people call it.")
    kind: LocationKind = entered("类型", "Kind", "Plant, warehouse or cloud warehouse.")

    def command(self, location_id: Any) -> CreateLocation:
        return CreateLocation(
            location_id=location_id,
            plant_id=uuid_of("Plant", self.plant_id, field="plant_id"),
            code=self.code,
            name=self.name,
            kind=self.kind,
        )


@strawberry.type(description="What became of locationCreate.")
class LocationCreatePayload:
    location: Location | None = member("库位", "Location", "The new location.")
    user_errors: list[UserError] = user_errors(
        "LocationCreate", {**_CODES, "LOCATION_CODE_TAKEN": "Another location has this code."}
    )


async def plant_create(info: Info, input: PlantCreateInput) -> PlantCreatePayload:
    act = Act.of(info)
    return PlantCreatePayload(plant=same(await act.send(input.command(act.new_id()))))


async def location_create(info: Info, input: LocationCreateInput) -> LocationCreatePayload:
    act = Act.of(info)
    return LocationCreatePayload(location=same(await act.send(input.command(act.new_id()))))


@strawberry.type
class PlantMutations:
    plant_create: PlantCreatePayload | None = mutation(
        PlantCreatePayload, plant_create, "Create a plant."
    )
    location_create: LocationCreatePayload | None = mutation(
        LocationCreatePayload,
        location_create,
        "Create a location of a plant.",
    )

"""Plants and the locations that hold stock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from hedgerow.contracts.inventory import StockKey
from hedgerow.contracts.routing import LocationView, PlantView

from hedgerow_gateway.context import Info
from hedgerow_gateway.loaders import EVERYTHING
from hedgerow_gateway.schema.enums import LocationKind, PresenceAct
from hedgerow_gateway.schema.fields import looked_up, query, shown
from hedgerow_gateway.schema.finding import to_area, to_plant
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.values import GeoPoint, Position

if TYPE_CHECKING:
    from hedgerow_gateway.schema.areas import Area
    from hedgerow_gateway.schema.fences import Fence
    from hedgerow_gateway.schema.stock import InventoryLevel


def _level_key(location: LocationView, sku: str) -> StockKey:
    return StockKey(sku, location.location_id)


@strawberry.type(description="What must be done at a plant itself.")
class PresencePolicy:
    version: int = shown("版本", "Version", "0: nothing was published yet.")
    acts: list[PresenceAct] = shown("操作", "Acts", "Those that need presence.")
    active_from: datetime | None = shown("生效时间", "Active from", "Inclusive; null at version 0.")


@published(PlantView, "A plant: one data space of the company.")
class Plant(Node):
    code: str = shown("工厂代码", "Code", "Upper case, unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    point: GeoPoint = shown("位置", "Position", "Where it is, as it was given.")
    wgs84: Position = shown("WGS-84 位置", "WGS-84 position", "The same point, converted.")
    created_at: datetime = shown("创建时间", "Created at", "When it was created.")
    time_zone: str = shown("时区", "Time zone", "A name of the IANA database.")
    locations: list[Location] | None = looked_up(
        lambda load: load.location_lists,
        lambda _: EVERYTHING,
        "库位",
        "Locations",
        "Its locations, by code.",
        pick=lambda plant, found: [each for each in found if each.plant_id == plant.plant_id],
    )
    fences: list[Annotated[Fence, strawberry.lazy("hedgerow_gateway.schema.fences")]] | None = (
        looked_up(
            lambda load: load.fences,
            lambda plant: plant.plant_id,
            "围栏",
            "Fences",
            "Its fences in force, by kind and name.",
        )
    )
    area: Annotated[Area, strawberry.lazy("hedgerow_gateway.schema.areas")] | None = to_area(
        "区域", "Area", "The area it is looked after in; null when in none."
    )
    presence_policy: PresencePolicy | None = looked_up(
        lambda load: load.presence_policies,
        lambda plant: plant.plant_id,
        "到场要求",
        "Presence policy",
        "What must be done at the plant itself.",
    )


@published(LocationView, "A place that holds stock. Orders of other plants may be served from it.")
class Location(Node):
    code: str = shown("库位代码", "Code", "Upper case, unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    kind: LocationKind = shown("类型", "Kind", "Plant, warehouse or cloud warehouse.")
    created_at: datetime = shown("创建时间", "Created at", "When it was created.")
    plant: Plant | None = to_plant(
        "所属工厂", "Plant", "Whose location it is; null for those who may not see it."
    )
    inventory_level: (
        Annotated[InventoryLevel, strawberry.lazy("hedgerow_gateway.schema.stock")] | None
    ) = looked_up(
        lambda load: load.stock,
        _level_key,
        "库存",
        "Stock level",
        "Its stock of one SKU; null when it has none.",
    )


async def plants(info: Info) -> tuple[PlantView, ...]:
    return await info.context.load.plant_lists.load(EVERYTHING)


async def plant(
    info: Info,
    id: strawberry.ID | None = strawberry.UNSET,
    code: str | None = strawberry.UNSET,
) -> PlantView | None:
    if id:
        return await info.context.load.plants.load(uuid_of("Plant", id))
    listed = await info.context.load.plant_lists.load(EVERYTHING)
    return next((each for each in listed if code and each.code == code), None)


async def locations(
    info: Info, plant_id: strawberry.ID | None = strawberry.UNSET
) -> list[LocationView]:
    wanted = uuid_of("Plant", plant_id, field="plantId") if plant_id else None
    listed = await info.context.load.location_lists.load(EVERYTHING)
    return [each for each in listed if wanted is None or each.plant_id == wanted]


async def location(info: Info, id: strawberry.ID) -> LocationView | None:
    return await info.context.load.locations.load(uuid_of("Location", id))


@strawberry.type
class PlantQueries:
    plants: list[Plant] | None = query(plants, "The plants that the caller may see, by code.")
    plant: Plant | None = query(plant, "A plant by id or code.")
    locations: list[Location] | None = query(locations, "Locations of those plants, by code.")
    location: Location | None = query(location, "A location by id.")

"""Plants and the locations that hold stock."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated

import strawberry
from hedgerow.contracts.inventory import StockKey, StockView
from hedgerow.contracts.routing import (
    FenceView,
    LocationKind,
    LocationView,
    PlantView,
)

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.fields import derived, edge, shown
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.values import GeoPoint, Position

strawberry.enum(LocationKind, description="What kind of place it is.")


async def _locations_of(plant: strawberry.Parent[PlantView], info: Info) -> list[LocationView]:
    listed = await info.context.load.location_lists.load(None)
    return [location for location in listed if location.plant_id == plant.plant_id]


def _fences_of(
    plant: strawberry.Parent[PlantView], info: Info
) -> Awaitable[tuple[FenceView, ...]]:
    return info.context.load.fences.load(plant.plant_id)


def _plant_of(
    location: strawberry.Parent[LocationView], info: Info
) -> Awaitable[PlantView | None]:
    return info.context.load.plants.load(location.plant_id)


def _level_of(
    location: strawberry.Parent[LocationView], info: Info, sku: str
) -> Awaitable[StockView | None]:
    return info.context.load.stock.load(StockKey(sku, location.location_id))


@published(PlantView, "A plant: one data space of the company.")
class Plant(Node):
    code: str = shown("工厂代码", "Code", "Upper case, unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    point: GeoPoint = shown("位置", "Position", "Where it is, as it was given.")
    wgs84: Position = shown("WGS-84 位置", "WGS-84 position", "The same point, converted.")
    created_at: datetime = shown("创建时间", "Created at", "When it was created.")
    locations: list[Location] | None = edge(
        _locations_of, "库位", "Locations", "Its locations, by code."
    )
    fences: list[Annotated[Fence, strawberry.lazy("hedgerow_gateway.schema.fences")]] | None = edge(
        _fences_of, "围栏", "Fences", "Its fences in force, by kind and name."
    )


@published(LocationView, "A place that holds stock. Orders of other plants may be served from it.")
class Location(Node):
    code: str = shown("库位代码", "Code", "Upper case, unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    kind: LocationKind = shown("类型", "Kind", "Plant, warehouse or cloud warehouse.")
    created_at: datetime = shown("创建时间", "Created at", "When it was created.")
    plant: Plant | None = edge(
        _plant_of, "所属工厂", "Plant", "Whose location it is; null for those who may not see it."
    )
    inventory_level: (
        Annotated[InventoryLevel, strawberry.lazy("hedgerow_gateway.schema.stock")] | None
    ) = edge(_level_of, "库存", "Stock level", "Its stock of one SKU; null when it has none.")


async def plants(info: Info) -> tuple[PlantView, ...]:
    return await info.context.load.plant_lists.load(None)


async def plant(
    info: Info,
    id: strawberry.ID | None = strawberry.UNSET,
    code: str | None = strawberry.UNSET,
) -> PlantView | None:
    if id:
        return await info.context.load.plants.load(uuid_of("Plant", id))
    listed = await info.context.load.plant_lists.load(None)
    return next((each for each in listed if code and each.code == code), None)


async def locations(
    info: Info, plant_id: strawberry.ID | None = strawberry.UNSET
) -> list[LocationView]:
    wanted = uuid_of("Plant", plant_id, field="plantId") if plant_id else None
    listed = await info.context.load.location_lists.load(None)
    return [each for each in listed if wanted is None or each.plant_id == wanted]


async def location(info: Info, id: strawberry.ID) -> LocationView | None:
    return await info.context.load.locations.load(uuid_of("Location", id))

"""Fences: who is at the plant, and whose addresses are its."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from hedgerow.contracts import routing as contract
from hedgerow.contracts.routing import FenceView, PublishFence
from hedgerow.contracts.values import PlantId

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import Datum, FenceKind
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import derived, entered, member, same, shown
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.scalars import GeoJson
from hedgerow_gateway.schema.values import GeoPoint, GeoPointInput, given


@strawberry.type(description="A circle on the ellipsoid; its edge belongs to it.")
class Circle:
    center: GeoPoint = shown("圆心", "Centre", "As it was given.")
    radius_m: float = shown("半径（米）", "Radius (m)", "Metres.")


@strawberry.type(description="One published version of a fence.")
class Fence:
    id: strawberry.ID = derived(
        lambda fence: global_id("Fence", fence.fence_id), "标识", "Id", "Of this version; opaque."
    )
    kind: FenceKind = shown("类型", "Kind", "Presence or service area.")
    name: str = shown("名称", "Name", "The plant's own name for it.")
    version: int = shown("版本", "Version", "From 1; each publication adds one.")
    priority: int = shown("优先级", "Priority", "Where areas overlap, the higher one wins.")
    area_m2: float = shown("面积（平方米）", "Area (m²)", "On the ellipsoid.")
    circle: Circle | None = shown("圆", "Circle", "Null for an area given as GeoJSON.")
    geojson: GeoJson | None = shown(
        "GeoJSON", "GeoJSON", "A MultiPolygon in WGS-84; null for a circle."
    )
    active_from: datetime = shown("生效时间", "Active from", "Inclusive.")
    active_to: datetime | None = shown("失效时间", "Active to", "Exclusive; null while in force.")


@strawberry.input(description="A circle on the ellipsoid.")
class CircleInput:
    center: GeoPointInput = entered("圆心", "Centre", "In a datum that is named.")
    radius_m: float = entered("半径（米）", "Radius (m)", "Metres, above 0.")


@strawberry.input(description="A fence, in force from the moment it is published.")
class FencePublishInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = entered(
        "类型", "Kind", "PRESENCE takes a circle or GeoJSON, SERVICE_AREA takes GeoJSON."
    )
    name: str = entered("名称", "Name", "Replaces the plant's fence of this kind and name.")
    priority: int | None = entered(
        "优先级", "Priority", "Where areas overlap, the higher one wins; 0.", optional=True
    )
    circle: CircleInput | None = entered("圆", "Circle", "For PRESENCE.", optional=True)
    geojson: GeoJson | None = entered(
        "GeoJSON", "GeoJSON", "Polygon, MultiPolygon, or features of them.", optional=True
    )
    datum: Datum | None = entered(
        "坐标系", "Datum", "Of the GeoJSON's coordinates; mandatory with them.", optional=True
    )


def publish_fence(fence_id: Any, plant_id: PlantId, drawn: Any) -> PublishFence:
    """drawn  an input with a fence's kind, name, priority and shape"""
    circle = given(drawn.circle)
    return PublishFence(
        fence_id=fence_id,
        plant_id=plant_id,
        kind=drawn.kind,
        name=drawn.name,
        priority=drawn.priority or 0,
        circle=circle and contract.Circle(circle.center.contract(), circle.radius_m),
        geojson=given(drawn.geojson),
        datum=given(drawn.datum),
    )


FENCE_CODES = {
    "AREA_INVALID": "The area is not valid GeoJSON, crosses itself or is empty.",
    "AREA_TOO_DETAILED": "The area has too many points.",
    "BAD_COORDINATE": "A coordinate is not a number or out of range.",
    "DATUM_REQUIRED": "The coordinates lack their datum.",
    "FENCE_SHAPE": "Circle and GeoJSON: exactly the one that fits the kind.",
    "RADIUS_INVALID": "The radius is out of range.",
    "PRIORITY_INVALID": "The priority is out of range.",
    "ID_TAKEN": "The id is in use.",
    "CHANGED_MEANWHILE": "Somebody else published at the same moment; try again.",
}

# Of what may also be published in a release.
ALONE_CODES = {"RELEASE_REQUIRED": "The gate is closed: put it into a release."}


@strawberry.type(description="What became of fencePublish.")
class FencePublishPayload:
    fence: Fence | None = member("围栏", "Fence", "The version now in force.")
    user_errors: list[UserError] = user_errors("FencePublish", {**FENCE_CODES, **ALONE_CODES})


async def fence_publish(info: Info, input: FencePublishInput) -> FencePublishPayload:
    act = Act.of(info)
    plant_id = uuid_of("Plant", input.plant_id, field="plant_id")
    fence: FenceView = await act.send(publish_fence(act.new_id(), plant_id, input))
    return FencePublishPayload(fence=same(fence))


@strawberry.type
class FenceMutations:
    fence_publish: FencePublishPayload | None = mutation(
        FencePublishPayload, fence_publish, "Put a fence in force from now on."
    )

"""Fences: who is at the plant, and whose addresses are its."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from hedgerow.contracts import routing as contract
from hedgerow.contracts.fences import FencePage, ListFences
from hedgerow.contracts.routing import PublishFence
from hedgerow.contracts.values import PlantId
from msgspec.structs import replace

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import Datum, FenceKind
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import derived, entered, member, query, same, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.scalars import GeoJson
from hedgerow_gateway.schema.values import GeoPoint, GeoPointInput, given


@strawberry.type(description="A circle on the ellipsoid; its edge belongs to it.")
class Circle:
    center: GeoPoint = shown("圆心", "Centre", "As it was given.")
    radius_m: float = shown("半径（米）", "Radius (m)", "Metres.")


@strawberry.type(description="A division that a fence was drawn by.")
class DivisionUse:
    code: str = shown("区划代码", "Code", "Of the division.")
    version: int = shown("版本", "Version", "Of its boundary; the newest at that time.")


@strawberry.type(
    description="One published version of a fence, for a span of time in which it is valid."
)
class Fence:
    id: strawberry.ID = derived(
        lambda fence: global_id("Fence", fence.fence_id), "标识", "Id", "Of this version; opaque."
    )
    plant: Plant | None = to_plant("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = shown("类型", "Kind", "What it decides.")
    name: str = shown("名称", "Name", "The plant's own name for it.")
    version: int = shown("版本", "Version", "From 1; each publication adds one.")
    priority: int = shown("优先级", "Priority", "Where areas overlap, the higher one wins.")
    area_m2: float = shown("面积（平方米）", "Area (m²)", "On the ellipsoid.")
    circle: Circle | None = shown("圆", "Circle", "Null for an area.")
    geojson: GeoJson | None = shown(
        "GeoJSON", "GeoJSON", "A MultiPolygon in WGS-84; null for a circle."
    )
    divisions: list[DivisionUse] = shown(
        "行政区划", "Divisions", "Those whose union it is, by code; empty when drawn otherwise."
    )
    active_from: datetime = shown("生效时间", "Active from", "The same as validFrom.")
    active_to: datetime | None = shown("失效时间", "Active to", "The same as validTo.")
    valid_from: datetime = derived(
        lambda fence: fence.active_from, "有效自", "Valid from", "Inclusive; in the world."
    )
    valid_to: datetime | None = derived(
        lambda fence: fence.active_to, "有效至", "Valid to", "Exclusive; null: no end is known."
    )
    recorded_from: datetime | None = shown(
        "记录自", "Recorded from", "Since when it is known to be valid in this span."
    )
    recorded_to: datetime | None = shown(
        "记录至", "Recorded to", "Until when that was known; null while it is."
    )


@strawberry.input(description="A circle on the ellipsoid.")
class CircleInput:
    center: GeoPointInput = entered("圆心", "Centre", "In a datum that is named.")
    radius_m: float = entered("半径（米）", "Radius (m)", "Metres, above 0.")


@strawberry.input(
    description="Where a fence lies in a span of time. What is known of other times stays."
)
class FencePublishInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = entered("类型", "Kind", "What it decides.")
    name: str = entered("名称", "Name", "Revises the plant's fence of this kind and name.")
    priority: int | None = entered(
        "优先级", "Priority", "Where areas overlap, the higher one wins; 0.", optional=True
    )
    circle: CircleInput | None = entered(
        "圆", "Circle", "Exactly one of circle, geojson, divisions.", optional=True
    )
    geojson: GeoJson | None = entered(
        "GeoJSON",
        "GeoJSON",
        "Polygon, MultiPolygon, or features of them; refused where it crosses the 180th meridian.",
        optional=True,
    )
    datum: Datum | None = entered(
        "坐标系", "Datum", "Of the GeoJSON's coordinates; mandatory with them.", optional=True
    )
    divisions: list[str] | None = entered(
        "行政区划",
        "Divisions",
        "Codes; the fence is the union of their newest boundaries.",
        optional=True,
    )
    valid_from: datetime | None = entered(
        "有效自",
        "Valid from",
        "Inclusive; now when absent. In the past it corrects, in the future it plans.",
        optional=True,
    )
    valid_to: datetime | None = entered(
        "有效至", "Valid to", "Exclusive; open when absent.", optional=True
    )


def publish_fence(fence_id: Any, plant_id: PlantId, drawn: Any) -> PublishFence:
    """drawn  an input with a fence's kind, name, priority, circle and GeoJSON"""
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


def planned_fence(fence_id: Any, plant_id: PlantId, drawn: FencePublishInput) -> PublishFence:
    return replace(
        publish_fence(fence_id, plant_id, drawn),
        divisions=tuple(drawn.divisions or ()),
        valid_from=given(drawn.valid_from),
        valid_to=given(drawn.valid_to),
    )


FENCE_CODES = {
    "AREA_INVALID": "The area is not valid GeoJSON, crosses itself or the 180th meridian, or is "
    "empty.",
    "AREA_TOO_DETAILED": "The area has too many points.",
    "BAD_COORDINATE": "A coordinate is not a number or out of range.",
    "DATUM_REQUIRED": "The coordinates lack their datum.",
    "FENCE_SHAPE": "Circle, GeoJSON or divisions: exactly one of them.",
    "DIVISION_UNKNOWN": "Divisions were never imported; the message names each.",
    "COUNT_INVALID": "Too many divisions.",
    "GIVEN_TWICE": "A division stands twice in the list.",
    "TIME_INVALID": "A time is out of range.",
    "PERIOD_INVALID": "The fence would end before it begins.",
    "RADIUS_INVALID": "The radius is out of range.",
    "PRIORITY_INVALID": "The priority is out of range.",
    "ID_TAKEN": "The id is in use.",
    "CHANGED_MEANWHILE": "Somebody else published at the same moment; try again.",
}

# Of what may also be published in a release.
ALONE_CODES = {"RELEASE_REQUIRED": "The gate is closed: put it into a release."}


@strawberry.type(description="What became of fencePublish.")
class FencePublishPayload:
    fence: Fence | None = member("围栏", "Fence", "The version that was published.")
    user_errors: list[UserError] = user_errors("FencePublish", {**FENCE_CODES, **ALONE_CODES})


async def fence_publish(info: Info, input: FencePublishInput) -> FencePublishPayload:
    act = Act.of(info)
    plant_id = uuid_of("Plant", input.plant_id, field="plant_id")
    command = planned_fence(act.new_id(), plant_id, input)
    return FencePublishPayload(fence=same(await act.send(command)))


async def fences(
    info: Info,
    kind: FenceKind | None = strawberry.UNSET,
    plant_id: strawberry.ID | None = strawberry.UNSET,
    as_of: datetime | None = strawberry.UNSET,
    known_at: datetime | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Slice:
    page: FencePage = await info.context.ask(
        ListFences(
            plant_id=uuid_of("Plant", plant_id, field="plantId") if plant_id else None,
            kind=given(kind),
            as_of=given(as_of),
            known_at=given(known_at),
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.fences, page.cursors, page.has_next, page.has_previous, page.total)


@strawberry.type
class FenceQueries:
    fences: Connection[Fence] | None = query(
        fences,
        "Fences by plant, kind and name: valid at asOf, as was known at knownAt; both are now when "
        "absent.",
        paged=True,
    )


@strawberry.type
class FenceMutations:
    fence_publish: FencePublishPayload | None = mutation(
        FencePublishPayload,
        fence_publish,
        "Say where a fence lies, from now on or in a span of time.",
    )

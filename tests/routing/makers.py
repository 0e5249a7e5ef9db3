"""Plants, fences, rules and orders for tests of the routing service."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hedgerow.auth import Caller
from hedgerow.contracts.fences import ImportDivisions
from hedgerow.contracts.orders import OrderSubmitted, OrderType
from hedgerow.contracts.releases import ReleaseChanged, ReleasePublished
from hedgerow.contracts.routing import (
    Circle,
    CreateLocation,
    CreatePlant,
    FenceKind,
    FenceView,
    LocationKind,
    LocationView,
    OverflowRuleView,
    PlantView,
    PublishFence,
    PublishOverflowRule,
    SafetyTest,
)
from hedgerow.contracts.values import (
    Datum,
    FenceId,
    GeoPoint,
    Line,
    LocationId,
    LonLat,
    OrderId,
    PlantId,
    RuleId,
    new_id,
)
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow.transaction.transaction import Emission
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.network import Location, Plant
from hedgerow_routing.handlers.create_location import create_location
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from sqlalchemy import event as sql_event
from sqlalchemy import func, select
from worlds import NOON

NINGBO = LonLat(121.5440, 29.8683)
SUZHOU = LonLat(120.5853, 31.2989)
HEFEI = LonLat(117.2272, 31.8206)


def wgs84(point: LonLat) -> GeoPoint:
    return GeoPoint(point.lon, point.lat, Datum.WGS84)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle as a GeoJSON Polygon."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def around(point: LonLat, half_deg: float = 0.5) -> dict[str, Any]:
    lon, lat = point.lon, point.lat
    return box(lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg)


def plant_at(point: LonLat, code: str, plant_id: PlantId | None = None) -> Plant:
    return Plant(plant_id=plant_id or PlantId(new_id()), code=code, lon=point.lon, lat=point.lat)


def location_of(plant: Plant, code: str) -> Location:
    return Location(location_id=LocationId(new_id()), plant_id=plant.plant_id, code=code)


def covering(plant: Plant, *, priority: int = 0, area_m2: float = 1e9) -> CoveringArea:
    return CoveringArea(FenceId(new_id()), 1, plant.plant_id, priority, area_m2)


def submitted(
    point: LonLat = NINGBO,
    *,
    region: str = "浙江",
    channel: str = "WEB",
    order_id: OrderId | None = None,
    lines: Sequence[tuple[str, str]] = (("BOLT-M8", "10"),),
    **more: Any,
) -> OrderSubmitted:
    return OrderSubmitted(
        order_id=order_id or OrderId(new_id()),
        number="HY20260329-0001",
        occurred_at=NOON,
        type=OrderType.MTO,
        channel=channel,
        customer_code="C-001",
        region=region,
        point=point,
        given=wgs84(point),
        lines=tuple(
            Line(number, sku, Decimal(quantity))
            for number, (sku, quantity) in enumerate(lines, start=1)
        ),
        **{"placed_at": NOON} | more,
    )


def new_plant(code: str = "NINGBO", point: LonLat | GeoPoint = NINGBO, **changed: Any):
    given = wgs84(point) if isinstance(point, LonLat) else point
    fields = {"plant_id": PlantId(new_id()), "code": code, "name": f"{code} plant", "point": given}
    return CreatePlant(**fields | changed)


def new_location(plant_id: PlantId, code: str = "HZ-1", **changed: Any) -> CreateLocation:
    fields = {
        "location_id": LocationId(new_id()),
        "plant_id": plant_id,
        "code": code,
        "name": f"{code} store",
        "kind": LocationKind.WAREHOUSE,
    }
    return CreateLocation(**fields | changed)


def service_area(plant_id: PlantId, geojson: Any, **changed: Any) -> PublishFence:
    fields = {
        "fence_id": FenceId(new_id()),
        "plant_id": plant_id,
        "kind": FenceKind.SERVICE_AREA,
        "name": "home",
        "geojson": geojson,
        "datum": Datum.WGS84,
    }
    return PublishFence(**fields | changed)


def presence(
    plant_id: PlantId, center: GeoPoint, radius_m: float = 500.0, **changed: Any
) -> PublishFence:
    fields = {
        "fence_id": FenceId(new_id()),
        "plant_id": plant_id,
        "kind": FenceKind.PRESENCE,
        "name": "gate",
        "circle": Circle(center, radius_m),
    }
    return PublishFence(**fields | changed)


def exclusion(plant_id: PlantId, **changed: Any) -> PublishFence:
    fields = {
        "fence_id": FenceId(new_id()),
        "plant_id": plant_id,
        "kind": FenceKind.EXCLUSION,
        "name": "not ours",
        "datum": Datum.WGS84,
    }
    return PublishFence(**fields | changed)


def division(code: str, geometry: Any, name: str = "某市", **more: Any) -> dict[str, Any]:
    """A feature as an import takes it."""
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name} | more,
        "geometry": geometry,
    }


def divisions(*features: Any, datum: Datum | None = Datum.WGS84) -> ImportDivisions:
    collection = {"type": "FeatureCollection", "features": list(features)}
    return ImportDivisions(geojson=collection, datum=datum)


def rule(code: str, *chain: LocationId, **changed: Any) -> PublishOverflowRule:
    fields = {
        "rule_id": RuleId(new_id()),
        "code": code,
        "name": f"rule {code}",
        "chain": chain,
        "safety_test": SafetyTest.CURRENT,
    }
    return PublishOverflowRule(**fields | changed)


async def found_plant(tx: Transaction, code: str, point: LonLat, *area: Any) -> PlantView:
    """A plant, with a service area if one is given. What it announced is forgotten."""
    plant = await create_plant(new_plant(code, point), tx)
    for geojson in area:
        await found_area(tx, plant.plant_id, geojson)
    tx.emitted.clear()
    return plant


async def found_area(tx: Transaction, plant_id: PlantId, geojson: Any, **changed: Any) -> FenceView:
    fence = await publish_fence(service_area(plant_id, geojson, **changed), tx)
    tx.emitted.clear()
    return fence


async def found_location(tx: Transaction, plant_id: PlantId, code: str) -> LocationView:
    location = await create_location(new_location(plant_id, code), tx)
    tx.emitted.clear()
    return location


async def found_rule(tx: Transaction, command: PublishOverflowRule) -> OverflowRuleView:
    published = await publish_overflow_rule(command, tx)
    tx.emitted.clear()
    return published


def of_itself(tx: Transaction) -> list[Emission]:
    """What was announced but for the release that it belongs to."""
    return [e for e in tx.emitted if not isinstance(e.event, ReleaseChanged | ReleasePublished)]


async def as_caller(tx: Transaction, who: Caller) -> Transaction:
    """The same database transaction, as someone else sees it."""
    await enter(tx.conn, who.reach(), timeout_s=20)
    return Transaction(tx.conn, who, tx.now)


async def count(tx: Transaction, table: Any) -> int:
    return await tx.conn.scalar(select(func.count()).select_from(table)) or 0


class Statements:
    """Counts what a transaction sends to the database while it is entered."""

    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn.sync_connection
        self.sent: list[str] = []

    def _note(self, conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.sent.append(statement)

    def __enter__(self) -> Statements:
        sql_event.listen(self._conn, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sql_event.remove(self._conn, "before_cursor_execute", self._note)

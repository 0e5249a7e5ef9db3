"""Fences in force."""

from __future__ import annotations

from typing import Any

from geoalchemy2.shape import to_shape
from hedgerow.auth import Permission
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import CheckPresence, Circle, FenceKind, FencesByPlants, FenceView
from hedgerow.contracts.values import Datum, FenceId, GeoPoint, LonLat, PlantId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from shapely.geometry import MultiPolygon
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.domain.presence import is_present
from hedgerow_routing.store.tables import fences

_IN_FORCE = fences.c.active_to.is_(None)
_BY_PLANTS = (
    select(fences)
    .where(fences.c.plant_id == any_(bindparam("plants", type_=ARRAY(Uuid))), _IN_FORCE)
    .order_by(fences.c.kind, fences.c.name)
)
_CIRCLES = select(fences.c.center_wgs84_lon, fences.c.center_wgs84_lat, fences.c.radius_m).where(
    fences.c.plant_id == bindparam("plant_id"), fences.c.kind == FenceKind.PRESENCE, _IN_FORCE
)


@answers_along("plant_ids")
async def fences_by_plants(
    query: FencesByPlants, tx: Transaction
) -> tuple[tuple[FenceView, ...], ...]:
    rows = await tx.conn.execute(_BY_PLANTS, {"plants": list(query.plant_ids)})
    found = [_fence(row) for row in rows]
    return tuple(
        tuple(fence for fence in found if fence.plant_id == plant_id)
        for plant_id in query.plant_ids
    )


async def check_presence(query: CheckPresence, tx: Transaction) -> bool:
    """False where the plant has no presence fence: then nobody is known to be there."""
    grant = tx.caller.grant(query.plant_id, Permission.PLANT_READ, field="plant_id")
    point = to_wgs84(query.point, field="point")
    rows = await tx.conn.execute(_CIRCLES, {"plant_id": grant.plant_id})
    return is_present(point, ((LonLat(lon, lat), radius_m) for lon, lat, radius_m in rows))


def _fence(row: Row[Any]) -> FenceView:
    circle = geojson = None
    if row.area is None:
        center = GeoPoint(row.center_lon, row.center_lat, Datum(row.datum))
        circle = Circle(center, row.radius_m)
    else:
        geojson = geojson_of(MultiPolygon(to_shape(row.area)))
    return FenceView(
        fence_id=FenceId(row.fence_id),
        plant_id=PlantId(row.plant_id),
        kind=FenceKind(row.kind),
        name=row.name,
        version=row.version,
        priority=row.priority,
        area_m2=row.area_m2,
        circle=circle,
        geojson=geojson,
        active_from=row.active_from,
        active_to=row.active_to,
    )

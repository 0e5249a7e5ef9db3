"""Fences in force."""

from __future__ import annotations

from typing import Any

from geoalchemy2.shape import to_shape
from hedgerow.auth import Permission
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import Circle, FenceKind, FencesByPlants, FenceView
from hedgerow.contracts.values import Datum, FenceId, GeoPoint, PlantId, PresenceVerdict
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from shapely.geometry import MultiPolygon
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.domain.presence import accuracy, verdict_of
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.tables import fences

_IN_FORCE = fences.c.active_to.is_(None)
_BY_PLANTS = (
    select(fences)
    .where(fences.c.plant_id == any_(bindparam("plants", type_=ARRAY(Uuid))), _IN_FORCE)
    .order_by(fences.c.kind, fences.c.name)
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


async def check_presence(query: CheckPresence, tx: Transaction) -> PresenceVerdict:
    """OUTSIDE where the plant has no presence fence: then nobody is known to be there."""
    grant = tx.caller.grant(query.plant_id, Permission.PLANT_READ, field="plant_id")
    accuracy_m = accuracy(query.accuracy_m, "accuracy_m")
    point = to_wgs84(query.point, field="point")
    return verdict_of(await FenceStore(tx).presence_m(grant, point), accuracy_m)


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

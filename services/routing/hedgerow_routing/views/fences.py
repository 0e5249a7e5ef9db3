"""Fences, at any time and as known at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from geoalchemy2.shape import to_shape
from hedgerow.auth import Permission
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.fences import FencePage, ListFences
from hedgerow.contracts.fields import instant
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import Circle, DivisionUse, FenceKind, FencesByPlants, FenceView
from hedgerow.contracts.values import Datum, FenceId, GeoPoint, PlantId, PresenceVerdict
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from hedgerow.transaction.windows import windowed
from shapely.geometry import MultiPolygon
from sqlalchemy import ARRAY, ColumnElement, Row, Select, Uuid, any_, bindparam, or_, select

from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.domain.presence import accuracy, verdict_of
from hedgerow_routing.store.fence_tables import fence_periods
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.tables import fences

_periods = fence_periods.c
_KEY = (_periods.plant_id, _periods.kind, _periods.name)
_TIMES = (_periods.valid_from, _periods.valid_to, _periods.recorded_from, _periods.recorded_to)
_DRAWN = (
    *("fence_id", "version", "priority", "area_m2", "datum", "area", "divisions"),
    *("center_lon", "center_lat", "radius_m"),
)
_FENCES = select(*_KEY, *_TIMES, *(fences.c[name] for name in _DRAWN)).join(
    fences, fences.c.fence_id == _periods.fence_id
)


def _then(as_of: Any, known_at: datetime | None = None) -> Select[Any]:
    """What is valid at one instant, as was known at another, or is known now: at most one of a
    plant, kind, name. Now is when nothing newer is known, whatever the clock says."""
    valid = _FENCES.where(
        _periods.valid_from <= as_of, or_(_periods.valid_to.is_(None), _periods.valid_to > as_of)
    )
    if known_at is None:
        return valid.where(_periods.recorded_to.is_(None))
    return valid.where(
        _periods.recorded_from <= known_at,
        or_(_periods.recorded_to.is_(None), _periods.recorded_to > known_at),
    )


_BY_PLANTS = (
    _then(bindparam("now"))
    .where(_periods.plant_id == any_(bindparam("plants", type_=ARRAY(Uuid))))
    .order_by(_periods.kind, _periods.name)
)


@answers_along("plant_ids")
async def fences_by_plants(
    query: FencesByPlants, tx: Transaction
) -> tuple[tuple[FenceView, ...], ...]:
    rows = await tx.conn.execute(_BY_PLANTS, {"plants": list(query.plant_ids), "now": tx.now})
    found = [_fence(row) for row in rows]
    return tuple(
        tuple(fence for fence in found if fence.plant_id == plant_id)
        for plant_id in query.plant_ids
    )


async def list_fences(query: ListFences, tx: Transaction) -> FencePage:
    """Raises BadTime, BadPageSize, BadCursor."""
    as_of, known_at = (
        None if given is None else instant(given, field)
        for given, field in ((query.as_of, "as_of"), (query.known_at, "known_at"))
    )
    conditions: list[ColumnElement[bool]] = [
        readable(tx.caller, _periods.plant_id, Permission.PLANT_READ)
    ]
    if query.plant_id is not None:
        conditions.append(_periods.plant_id == query.plant_id)
    if query.kind is not None:
        conditions.append(_periods.kind == query.kind)
    part = await windowed(
        tx.conn, _then(as_of or tx.now, known_at).where(*conditions), query.page, by=_KEY
    )
    return FencePage(
        fences=tuple(_fence(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
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
        active_from=row.valid_from,
        active_to=row.valid_to,
        recorded_from=row.recorded_from,
        recorded_to=row.recorded_to,
        divisions=msgspec.convert(row.divisions or (), tuple[DivisionUse, ...]),
    )

"""Fence <-> rows of `fences`, and the one spatial question asked of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import Basis, FenceId, LonLat, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    Float,
    Integer,
    Row,
    Uuid,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.edition import Edition
from hedgerow_routing.domain.fence import Disc, Fence
from hedgerow_routing.domain.presence import from_circle_m

from .refusals import ChangedMeanwhile, IdTaken
from .tables import fences

SAME_FENCE = (
    fences.c.plant_id == bindparam("of_plant"),
    fences.c.kind == bindparam("of_kind"),
    fences.c.name == bindparam("of_name"),
)
_LAST = (
    select(
        func.coalesce(fences.c.removed_version, fences.c.version).label("version"),
        func.coalesce(fences.c.active_to, fences.c.active_from).label("active_from"),
    )
    .where(*SAME_FENCE)
    .order_by(fences.c.version.desc())
    .limit(1)
)
_CLOSE = (
    update(fences)
    .where(*SAME_FENCE, fences.c.active_to.is_(None))
    .values(active_to=bindparam("until"), release_to=bindparam("by_release"))
    .returning(fences)
)
_OPEN = insert(fences).on_conflict_do_nothing().returning(fences.c.fence_id)
_BY_ID = select(fences.c.fence_id).where(fences.c.fence_id == bindparam("fence_id"))

_COVERING = select(
    func.routing.covering(
        bindparam("lon", type_=ARRAY(DOUBLE_PRECISION)),
        bindparam("lat", type_=ARRAY(DOUBLE_PRECISION)),
    ).table_valued(
        column("place", Integer),
        column("fence_id", Uuid),
        column("plant_id", Uuid),
        column("version", Integer),
        column("priority", Integer),
        column("area_m2", DOUBLE_PRECISION),
    )
)

_POINT = func.st_setsrid(
    func.st_makepoint(
        bindparam("lon", type_=DOUBLE_PRECISION), bindparam("lat", type_=DOUBLE_PRECISION)
    ),
    4326,
)
# Edges are straight in WGS-84, and a geodesic between their ends is not: some 10 m aside for one of
# 30 km. Pieces of 0.002 degrees stay within a millimetre or two. A border too long for that has
# 20,000 pieces.
_BORDER = func.st_boundary(fences.c.area)
_PIECES = func.st_segmentize(_BORDER, func.greatest(0.002, func.st_length(_BORDER) / 20_000))
_PRESENCE = select(
    fences.c.center_wgs84_lon,
    fences.c.center_wgs84_lat,
    fences.c.radius_m,
    func.st_covers(fences.c.area, _POINT),
    func.st_distance(func.geography(_PIECES), func.geography(_POINT), type_=Float),
).where(
    fences.c.plant_id == bindparam("of_plant"),
    fences.c.kind == FenceKind.PRESENCE,
    fences.c.active_to.is_(None),
)

# What evidence says of a version; where it lies is told by a hash of its drawing.
TOLD = ("fence_id", "version", "priority", "area_m2", "datum", "radius_m")


class FenceStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def last(self, grant: PlantGrant, kind: FenceKind, name: str) -> Edition | None:
        same = {"of_plant": grant.plant_id, "of_kind": kind, "of_name": name}
        found = (await self._conn.execute(_LAST, same)).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def publish(
        self,
        grant: PlantGrant,
        fence: Fence,
        *,
        release: int,
        within: str = "",
        basis: Basis | None = None,
    ) -> None:
        """Close the version in force and open this one. Raises ChangedMeanwhile or IdTaken.

        release  its number
        within   what stands before the names of the fence's fields
        """
        grant.must_carry(Permission.FENCE_PUBLISH, at=fence.plant_id)
        same = {"of_plant": fence.plant_id, "of_kind": fence.kind, "of_name": fence.name}
        closing = {**same, "until": fence.edition.active_from, "by_release": release}
        before = (await self._conn.execute(_CLOSE, closing)).one_or_none()
        row = {
            "tenant_id": self._tenant_id,
            **_row(fence),
            "published_by": self._tx.source().actor,
            "release_from": release,
        }
        if await self._conn.scalar(_OPEN, row) is None:
            if await self._conn.scalar(_BY_ID, {"fence_id": fence.fence_id}) is not None:
                raise IdTaken(f"{within}fence_id")
            raise ChangedMeanwhile
        changes = {name: (getattr(before, name, None), row.get(name)) for name in TOLD}
        self._tx.record(
            fence.aggregate,
            "published",
            changes | {"drawing": (before and drawing_of(before), _drawing(fence))},
            plant_id=fence.plant_id,
            basis=basis,
        )

    async def presence_m(self, grant: PlantGrant, point: LonLat) -> float | None:
        """How far the point is from the nearest edge of the plant's presence fences, in metres on
        the ellipsoid; negative inside any. None where there is none.

        PostGIS decides whether an area covers it, as it does for service areas.
        """
        wanted = {"of_plant": grant.plant_id, "lon": point.lon, "lat": point.lat}
        distances = [
            from_circle_m(point, LonLat(lon, lat), radius_m)
            if covered is None
            else (-edge_m if covered else edge_m)
            for lon, lat, radius_m, covered, edge_m in await self._conn.execute(_PRESENCE, wanted)
        ]
        return min(distances, default=None)

    async def covering(self, points: Sequence[LonLat]) -> list[list[CoveringArea]]:
        """For each point the service areas in force that cover it, of all plants, in no order.

        PostGIS decides, on straight edges in WGS-84; the border belongs to the area. One
        statement, however many points.
        """
        covering: list[list[CoveringArea]] = [[] for _ in points]
        rows = await self._conn.execute(
            _COVERING,
            {"lon": [each.lon for each in points], "lat": [each.lat for each in points]},
        )
        for place, fence_id, plant_id, version, priority, area_m2 in rows:
            covering[place - 1].append(
                CoveringArea(FenceId(fence_id), version, PlantId(plant_id), priority, area_m2)
            )
        return covering


def _row(fence: Fence) -> dict[str, Any]:
    ground = fence.ground
    row: dict[str, Any] = {
        "fence_id": fence.fence_id,
        "plant_id": fence.plant_id,
        "kind": fence.kind,
        "name": fence.name,
        "version": fence.edition.version,
        "priority": fence.priority,
        "area_m2": ground.area_m2,
        "datum": ground.datum,
        "active_from": fence.edition.active_from,
    }
    if isinstance(ground, Disc):
        given, centre = ground.circle.center, ground.centre
        return row | {
            "center_lon": given.lon,
            "center_lat": given.lat,
            "center_wgs84_lon": centre.lon,
            "center_wgs84_lat": centre.lat,
            "radius_m": ground.circle.radius_m,
        }
    return row | {"area": from_shape(ground.shape, srid=4326), "given": ground.given}


def _drawing(fence: Fence) -> str:
    """A SHA-256 over every digit of where it lies, in WGS-84."""
    ground = fence.ground
    if isinstance(ground, Disc):
        return _hash_of_centre(ground.centre)
    return hashlib.sha256(ground.shape.wkb).hexdigest()


def drawing_of(row: Row[Any]) -> str:
    if row.area is None:
        return _hash_of_centre(LonLat(row.center_wgs84_lon, row.center_wgs84_lat))
    return hashlib.sha256(to_shape(row.area).wkb).hexdigest()


def _hash_of_centre(centre: LonLat) -> str:
    return hashlib.sha256(f"{centre.lon!r} {centre.lat!r}".encode()).hexdigest()

"""Fence <-> rows of `fences`, and the one spatial question asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geoalchemy2.shape import from_shape
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import FenceId, LonLat, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    Integer,
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

from .refusals import ChangedMeanwhile, IdTaken
from .tables import fences

_SAME_FENCE = (
    fences.c.plant_id == bindparam("of_plant"),
    fences.c.kind == bindparam("of_kind"),
    fences.c.name == bindparam("of_name"),
)
_LAST = (
    select(fences.c.version, fences.c.active_from)
    .where(*_SAME_FENCE)
    .order_by(fences.c.version.desc())
    .limit(1)
)
_CLOSE = (
    update(fences)
    .where(*_SAME_FENCE, fences.c.active_to.is_(None))
    .values(active_to=bindparam("until"))
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


class FenceStore:
    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def last(self, grant: PlantGrant, kind: FenceKind, name: str) -> Edition | None:
        same = {"of_plant": grant.plant_id, "of_kind": kind, "of_name": name}
        found = (await self._conn.execute(_LAST, same)).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def publish(self, grant: PlantGrant, fence: Fence) -> None:
        """Close the version in force and open this one. Raises ChangedMeanwhile or IdTaken."""
        grant.must_carry(Permission.FENCE_PUBLISH, at=fence.plant_id)
        same = {"of_plant": fence.plant_id, "of_kind": fence.kind, "of_name": fence.name}
        await self._conn.execute(_CLOSE, {**same, "until": fence.edition.active_from})
        row = {"tenant_id": self._tenant_id, **_row(fence)}
        if await self._conn.scalar(_OPEN, row) is None:
            if await self._conn.scalar(_BY_ID, {"fence_id": fence.fence_id}) is not None:
                raise IdTaken("fence_id")
            raise ChangedMeanwhile

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

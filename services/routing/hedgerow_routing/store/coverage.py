"""What service areas leave out or claim twice; PostGIS does the geometry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from hedgerow.contracts.releases import CoverageFinding, CoverageKind, CoveredBy
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import FenceId, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    select,
)

from hedgerow_routing.domain.area import Area
from hedgerow_routing.domain.disc import Disc
from hedgerow_routing.domain.fence import Fence

from .fence_questions import DRAWINGS, VALID_NOW, drawings_of
from .fence_tables import fence_periods
from .tables import fences

_AREAS = (
    select(fences.c.fence_id, fences.c.plant_id, fences.c.name, fences.c.priority)
    .join(fence_periods, fence_periods.c.fence_id == fences.c.fence_id)
    .where(fence_periods.c.kind == FenceKind.SERVICE_AREA, *VALID_NOW)
)
_COVERAGE = select(
    func.routing.coverage(
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("without", type_=ARRAY(Uuid)),
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("plants", type_=ARRAY(Uuid)),
        bindparam("kinds", type_=ARRAY(Text)),
        bindparam("priorities", type_=ARRAY(Integer)),
        *DRAWINGS,
        bindparam("territory", type_=LargeBinary),
    ).table_valued(
        column("kind", Text),
        column("one", Uuid),
        column("other", Uuid),
        column("geojson", Text),
        column("area_m2", DOUBLE_PRECISION),
        column("width_m", DOUBLE_PRECISION),
    )
)
_KINDS = {"AREA": CoverageKind.SLIVER} | {str(kind): kind for kind in CoverageKind}


class CoverageStore:
    """Only reads. Takes the reach of the whole tenant."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def findings(
        self,
        drawn: Sequence[Fence],
        replaced: Iterable[FenceId],
        territory: Area | None,
        narrow_m: float,
    ) -> list[CoverageFinding]:
        """With these areas instead of those replaced; in no order. The transaction's time limit
        ends it when the map is too much."""
        now = {"now": self._tx.now}
        known: dict[UUID | None, CoveredBy] = {
            fence_id: CoveredBy(plant_id=PlantId(plant_id), name=name, priority=priority)
            for fence_id, plant_id, name, priority in await self._conn.execute(_AREAS, now)
        }
        for each in drawn:
            known[each.fence_id] = CoveredBy(
                plant_id=each.plant_id, name=each.name, priority=each.priority
            )
        flat = [each for each in drawn if not _is_torn(each)]
        given = {
            **now,
            "without": list(replaced),
            "ids": [each.fence_id for each in flat],
            "plants": [each.plant_id for each in flat],
            "kinds": [each.kind for each in flat],
            "priorities": [each.priority for each in flat],
            **drawings_of(flat),
            "territory": None if territory is None else territory.shape.wkb,
        }
        return [
            CoverageFinding(
                kind=_KINDS[row.kind],
                areas=tuple(known[each] for each in (row.one, row.other) if each is not None),
                geojson=msgspec.json.decode(row.geojson),
                area_km2=row.area_m2 / 1e6,
                width_m=row.width_m,
            )
            for row in await self._conn.execute(_COVERAGE, given)
            if row.kind != "AREA" or row.width_m < narrow_m
        ]


def _is_torn(fence: Fence) -> bool:
    """Whether it reaches over the 180th meridian, where it has no shape in the plane."""
    ground = fence.ground
    return isinstance(ground, Disc) and ground.bounds[2] - ground.bounds[0] >= 180

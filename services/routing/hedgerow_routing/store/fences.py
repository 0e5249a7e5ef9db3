"""Fences <-> rows of `fences` and `fence_periods`, and the spatial questions asked of them."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import Basis, FenceId, LonLat, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.edition import Edition
from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.presence import from_circle_m
from hedgerow_routing.domain.validity import Period, Revision

from .area_indexes import AreaIndexes
from .fence_periods import PeriodStore
from .fence_questions import COVERING, PRESENCE
from .fence_rows import TOLD, drawing_in, drawing_of, row_of
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


class FenceStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id
        self._periods = PeriodStore(tx)

    async def last(self, grant: PlantGrant, kind: FenceKind, name: str) -> Edition | None:
        same = {"of_plant": grant.plant_id, "of_kind": kind, "of_name": name}
        found = (await self._conn.execute(_LAST, same)).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def known(self, grant: PlantGrant, kind: FenceKind, name: str) -> list[Period]:
        """When it is valid, as is known now. Publications wait for one another, so that nobody
        comes between this and `publish`."""
        return await self._periods.known(grant.plant_id, kind, name)

    async def publish(
        self,
        grant: PlantGrant,
        fence: Fence,
        revision: Revision,
        *,
        release: int,
        within: str = "",
        basis: Basis | None = None,
    ) -> None:
        """Add this version, and what is known from now on. Raises ChangedMeanwhile or IdTaken.

        release  its number
        within   what stands before the names of the fence's fields
        """
        grant.must_carry(Permission.FENCE_PUBLISH, at=fence.plant_id)
        same = {"of_plant": fence.plant_id, "of_kind": fence.kind, "of_name": fence.name}
        closing = {**same, "until": fence.edition.active_from, "by_release": release}
        before = (await self._conn.execute(_CLOSE, closing)).one_or_none()
        row = {
            "tenant_id": self._tenant_id,
            **row_of(fence),
            "published_by": self._tx.source().actor,
            "release_from": release,
        }
        if await self._conn.scalar(_OPEN, row) is None:
            if await self._conn.scalar(_BY_ID, {"fence_id": fence.fence_id}) is not None:
                raise IdTaken(f"{within}fence_id")
            raise ChangedMeanwhile
        at = fence.edition.active_from
        await self._periods.end(grant, fence.plant_id, revision, at)
        await self._periods.begin(grant, fence, at)
        changes = {name: (getattr(before, name, None), row.get(name)) for name in TOLD}
        self._tx.record(
            fence.aggregate,
            "published",
            changes | {"drawing": (before and drawing_in(before), drawing_of(fence))},
            plant_id=fence.plant_id,
            basis=basis,
        )

    async def presence_m(self, grant: PlantGrant, point: LonLat) -> float | None:
        """How far the point is from the nearest edge of the plant's presence fences, in metres on
        the ellipsoid; negative inside any. None where there is none.

        PostGIS decides whether an area covers it, as it does for service areas.
        """
        wanted = {
            "of_plant": grant.plant_id,
            "lon": point.lon,
            "lat": point.lat,
            "now": self._tx.now,
        }
        distances = [
            from_circle_m(point, LonLat(lon, lat), radius_m)
            if covered is None
            else (-edge_m if covered else edge_m)
            for lon, lat, radius_m, covered, edge_m in await self._conn.execute(PRESENCE, wanted)
        ]
        return min(distances, default=None)

    async def covering(self, points: Sequence[LonLat]) -> list[list[CoveringArea]]:
        """For each point the service areas and exclusions that are valid now and cover it, of all
        plants, in no order.

        PostGIS decides: on straight edges in WGS-84, or by the geodesic to the centre of a circle;
        the border belongs to the area. Where the process keeps an index of the same areas, that
        answers for it, and PostGIS is left what lies too near to a border. At most two statements,
        however many points.
        """
        indexes = self._tx.kept
        if not isinstance(indexes, AreaIndexes):
            return await self._covering_by_postgis(points)
        index = await indexes.current(self._tx)
        if index is None:
            indexes.count(len(points), by="postgis")
            return await self._covering_by_postgis(points)
        covering, untold = index.covering(points)
        indexes.count(len(points) - len(untold), by="index")
        if untold:
            indexes.count(len(untold), by="postgis")
            told = await self._covering_by_postgis([points[position] for position in untold])
            for position, areas in zip(untold, told, strict=True):
                covering[position] = areas
        return covering

    async def _covering_by_postgis(self, points: Sequence[LonLat]) -> list[list[CoveringArea]]:
        covering: list[list[CoveringArea]] = [[] for _ in points]
        rows = await self._conn.execute(
            COVERING,
            {
                "lon": [each.lon for each in points],
                "lat": [each.lat for each in points],
                "now": self._tx.now,
            },
        )
        for place, fence_id, plant_id, version, priority, area_m2, kind in rows:
            covering[place - 1].append(
                CoveringArea(
                    FenceId(fence_id),
                    version,
                    PlantId(plant_id),
                    priority,
                    area_m2,
                    FenceKind(kind),
                )
            )
        return covering

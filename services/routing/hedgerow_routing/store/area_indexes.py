"""The indexes of service areas that a process keeps in memory, one a tenant."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import shapely
from hedgerow.auth import Reach
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import FenceId, LonLat, PlantId, TenantId
from hedgerow.telemetry import Metric, counter, histogram
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import is_lost
from hedgerow.transaction.tenancy import enter
from sqlalchemy import (
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
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow_routing.domain.area_index import AreaIndex
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.placed_area import PlacedArea

from .tables import fence_sets

log = logging.getLogger("hedgerow.routing")

MOST_TENANTS = 256
MOST_VERTICES = 2_000_000
LOAD_S = 60.0
# Transactions that began before the one that asked for an index may use it, too.
LOOK_BACK = timedelta(hours=1)
_AT_ONCE = 200

_VERSION = select(
    func.app.tenant(type_=Uuid),
    func.coalesce(select(fence_sets.c.version).scalar_subquery(), 0),
)
_AREAS = select(
    func.routing.known_areas(bindparam("since", type_=DateTime(timezone=True))).table_valued(
        column("fence_id", Uuid),
        column("plant_id", Uuid),
        column("version", Integer),
        column("priority", Integer),
        column("area_m2", DOUBLE_PRECISION),
        column("kind", Text),
        column("area", LargeBinary),
        column("center_lon", DOUBLE_PRECISION),
        column("center_lat", DOUBLE_PRECISION),
        column("radius_m", DOUBLE_PRECISION),
        column("valid_from", DateTime(timezone=True)),
        column("valid_to", DateTime(timezone=True)),
    )
)


class Closed(Exception):
    """The process ends, and nobody waits for the index any more."""


@dataclass(frozen=True, slots=True)
class _Held:
    """index  None where there is none for this version: too many vertices, or it failed"""

    version: int
    index: AreaIndex | None


class AreaIndexes:
    """Built in the background, one after the other; nobody waits for one. The tenants that asked
    longest ago lose theirs when there are too many."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        most_tenants: int = MOST_TENANTS,
        most_vertices: int = MOST_VERTICES,
    ) -> None:
        self._engine = engine
        self._most_tenants = most_tenants
        self._most_vertices = most_vertices
        self._held: OrderedDict[TenantId, _Held] = OrderedDict()
        self._builds: dict[TenantId, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._closed = threading.Event()
        self._points = counter(Metric.POINTS_LOOKED_UP)
        self._seconds = histogram(Metric.AREA_INDEX_SECONDS)

    async def current(self, tx: Transaction) -> AreaIndex | None:
        """The index of the areas that `tx` sees in force. None while there is none: it is then
        being built.

        Whose areas these are, the database says: it would answer for the same tenant.
        """
        tenant_id, version = (await tx.conn.execute(_VERSION)).one()
        if tenant_id is None:
            return None
        held = self._held.get(tenant_id)
        if held is not None and held.version == version:
            self._held.move_to_end(tenant_id)
            if held.index is None or held.index.holds(tx.now):
                return held.index
        if tenant_id not in self._builds and not self._closed.is_set():
            build = asyncio.create_task(self._build(tenant_id, tx.now))
            self._builds[tenant_id] = build
            build.add_done_callback(partial(self._ended, tenant_id, version))
        return None

    def count(self, points: int, by: str) -> None:
        self._points.add(points, {"by": by})

    @property
    def building(self) -> bool:
        return bool(self._builds)

    async def built(self) -> None:
        """Wait until nothing is being built."""
        while self._builds:
            await asyncio.wait(list(self._builds.values()))

    async def close(self) -> None:
        self._closed.set()
        for build in self._builds.values():
            build.cancel()
        await self.built()

    async def _build(self, tenant_id: TenantId, at: datetime) -> None:
        async with self._one_at_a_time:
            began_at = time.monotonic()
            version, rows = await self._load(tenant_id, at - LOOK_BACK)
            index = await asyncio.to_thread(self._index, rows, at)
            self._hold(tenant_id, _Held(version, index))
            self._seconds.record(time.monotonic() - began_at)

    def _ended(self, tenant_id: TenantId, wanted: int, build: asyncio.Task[None]) -> None:
        """A version that cannot be indexed is not tried again: PostGIS answers."""
        del self._builds[tenant_id]
        wrong = None if build.cancelled() else build.exception()
        if wrong is not None and not isinstance(wrong, Closed):
            log.error("service areas could not be indexed", exc_info=wrong)
            if not is_lost(wrong):
                self._hold(tenant_id, _Held(wanted, None))

    async def _load(self, tenant_id: TenantId, since: datetime) -> tuple[int, list[Any]]:
        """The version of the tenant's fences, and the areas that are valid at any time after
        `since`, as known at one instant."""
        async with self._engine.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ")
            await enter(conn, Reach(tenant_id, False, ()), timeout_s=LOAD_S)
            _, version = (await conn.execute(_VERSION)).one()
            rows: list[Any] = []
            async for part in (await conn.stream(_AREAS, {"since": since})).partitions(_AT_ONCE):
                rows += part
        return version, rows

    def _index(self, rows: Sequence[Any], at: datetime) -> AreaIndex | None:
        """In a thread. None of more vertices than there may be."""
        areas: list[PlacedArea] = []
        for start in range(0, len(rows), _AT_ONCE):
            areas += map(_placed, rows[start : start + _AT_ONCE])
            self._check()
        if sum(area.vertices for area in areas) > self._most_vertices:
            return None
        return AreaIndex(areas, at, at - LOOK_BACK, self._check)

    def _check(self) -> None:
        if self._closed.is_set():
            raise Closed

    def _hold(self, tenant_id: TenantId, held: _Held) -> None:
        self._held[tenant_id] = held
        self._held.move_to_end(tenant_id)
        while len(self._held) > self._most_tenants or self._vertices() > self._most_vertices:
            self._held.popitem(last=False)

    def _vertices(self) -> int:
        return sum(each.index.vertices for each in self._held.values() if each.index is not None)


def _placed(row: Any) -> PlacedArea:
    key = CoveringArea(
        FenceId(row.fence_id),
        row.version,
        PlantId(row.plant_id),
        row.priority,
        row.area_m2,
        FenceKind(row.kind),
    )
    if row.area is not None:
        return PlacedArea(
            key, shapely.from_wkb(row.area), valid_from=row.valid_from, valid_to=row.valid_to
        )
    return PlacedArea.circle(
        key,
        LonLat(row.center_lon, row.center_lat),
        row.radius_m,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )

"""Which service areas cover a point: the index in memory, routing's statement, PostGIS by itself."""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import asyncpg
from hedgerow.auth import Caller
from hedgerow.contracts.values import LonLat, TenantId, new_id
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url, connect
from hedgerow.transaction.session import Sessions
from hedgerow_routing.domain.area_index import AreaIndex
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.store.area_indexes import AreaIndexes
from hedgerow_routing.store.fences import FenceStore
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON

from .report import say
from .stage import Stage

ROUNDS = 3
SECONDS = 1.0
SIZES = (20, 1_000, 20_000)
POINTS = 64
WEST, SOUTH, EAST, NORTH = 105.0, 25.0, 122.0, 40.0

PLANT = """insert into plants values ($1, $2, 'P', 'P', 110, 30, 'WGS84', 110, 30, now())"""
# Rings of 65 points, so large that about four of them cover any point.
DRAW = """
insert into fences (tenant_id, fence_id, plant_id, kind, name, version, priority, area_m2, datum,
                    area, given, active_from)
select $1, gen_random_uuid(), $2, 'SERVICE_AREA', n, 1, 0, 1, 'WGS84',
       st_multi(st_buffer(st_setsrid(st_makepoint(lon, lat), 4326), radius, 16)), '{}', '2026-01-01Z'
from unnest($3::text[], $4::float8[], $5::float8[], $6::float8[]) as drawn (n, lon, lat, radius)
"""
BARE = """
create table bare as select fence_id, plant_id, version, priority, area_m2, area from fences;
create index on bare using gist (area)
"""
ONE = """
select fence_id, plant_id, version, priority, area_m2 from bare
where st_covers(area, st_setsrid(st_makepoint($1, $2), 4326))
"""

Found = list[list[Any]]
LookUp = Callable[[Sequence[LonLat]], Awaitable[Found]]


async def measure(stage: Stage) -> None:
    for fences in SIZES:
        await _measure(stage, fences)


async def _measure(stage: Stage, fences: int) -> None:
    url = await stage.databases.fresh("routing")
    draw = random.Random(7)
    admin = await asyncpg.connect(stage.postgres.admin_url, database=async_url(url).database)
    tenant_id = await _founded(admin, fences, draw)
    engine = connect(url, pool_size=2)
    sides = Sides(engine, admin, tenant_id)
    await _build(stage, sides, fences)
    took: dict[str, list[float]] = {}
    for number in range(1, ROUNDS + 1):
        say(f"{fences} fences, round {number} of {ROUNDS}")
        points = [LonLat(*_anywhere(draw)) for _ in range(POINTS)]
        await _same(sides, points)
        for name, look_up, at_once in (
            ("index_one", sides.in_memory, 1),
            ("index_batch", sides.in_memory, POINTS),
            ("postgis_one", sides.by_postgis, 1),
            ("postgis_batch", sides.by_postgis, POINTS),
            ("bare", sides.bare, 1),
            ("service", sides.by_service, 1),
        ):
            times_s = await _times_s(look_up, points, at_once)
            took.setdefault(name, []).append(median(times_s) / at_once)
            took.setdefault(f"{name}_p99", []).append(quantiles(times_s, n=100)[-1])
        async with sides.transaction() as tx:
            times_s = await _times_s(FenceStore(tx).covering, points, 1)
        took.setdefault("lookup", []).append(median(times_s))
        took.setdefault("lookup_p99", []).append(quantiles(times_s, n=100)[-1])
    await sides.indexes.close()
    await engine.dispose()
    await admin.close()
    bare = [1 / each for each in took["bare"]]
    for name in ("index_one", "index_batch", "postgis_one", "postgis_batch"):
        rates = [1 / each for each in took[name]]
        stage.report.add(f"geofence_{fences}_{name}", "points/s", rates, bare)
    stage.report.add(f"geofence_{fences}_bare", "points/s", bare)
    for name in ("lookup", "service"):
        for share, rounds in (("p50", took[name]), ("p99", took[f"{name}_p99"])):
            times_ms = [1000 * each for each in rounds]
            stage.report.add(f"geofence_{fences}_{name}_{share}", "ms", times_ms)


async def _founded(admin: asyncpg.Connection, fences: int, draw: random.Random) -> TenantId:
    tenant_id, plant_id = TenantId(new_id()), new_id()
    await admin.execute(PLANT, tenant_id, plant_id)
    wide = (1_000 / fences) ** 0.5
    rings = [(str(n), *_anywhere(draw), wide * draw.uniform(0.3, 0.8)) for n in range(fences)]
    await admin.execute(DRAW, tenant_id, plant_id, *map(list, zip(*rings, strict=True)))
    await admin.execute(BARE)
    await admin.execute("analyze")
    return tenant_id


def _anywhere(draw: random.Random) -> tuple[float, float]:
    return draw.uniform(WEST, EAST), draw.uniform(SOUTH, NORTH)


@dataclass(slots=True)
class Sides:
    """index  the one that `indexes` built"""

    engine: AsyncEngine
    admin: asyncpg.Connection
    tenant_id: TenantId
    indexes: AreaIndexes
    index: AreaIndex

    def __init__(self, engine: AsyncEngine, admin: asyncpg.Connection, tenant_id: TenantId) -> None:
        self.engine, self.admin, self.tenant_id = engine, admin, tenant_id
        self.indexes = AreaIndexes(engine)

    async def build(self) -> None:
        await self.by_service([LonLat(WEST, SOUTH)])
        await self.indexes.built()
        async with self.transaction() as tx:
            index = await self.indexes.current(tx)
        assert index is not None
        self.index = index

    @asynccontextmanager
    async def transaction(self, *, index: bool = True) -> AsyncIterator[Transaction]:
        """As the pipeline makes one: under row security."""
        caller = Caller.service("routing", self.tenant_id)
        async with Sessions(self.engine).begin(caller.reach(), timeout_s=10) as conn:
            yield Transaction(conn, caller, NOON, kept=self.indexes if index else None)

    async def in_memory(self, points: Sequence[LonLat]) -> Found:
        covering, untold = self.index.covering(points)
        assert not untold
        return covering  # type: ignore[return-value]

    async def by_service(self, points: Sequence[LonLat]) -> Found:
        async with self.transaction() as tx:
            return await FenceStore(tx).covering(points)  # type: ignore[return-value]

    async def by_postgis(self, points: Sequence[LonLat]) -> Found:
        async with self.transaction(index=False) as tx:
            return await FenceStore(tx).covering(points)  # type: ignore[return-value]

    async def bare(self, points: Sequence[LonLat]) -> Found:
        """ST_Covers over a table of nothing but these areas, in a prepared statement by a
        superuser, in no transaction."""
        return [await self.admin.fetch(ONE, point.lon, point.lat) for point in points]


async def _same(sides: Sides, points: Sequence[LonLat]) -> None:
    def fences(found: Found) -> list[set[Any]]:
        return [
            {
                each.fence_id if isinstance(each, CoveringArea) else each["fence_id"]
                for each in areas
            }
            for areas in found
        ]

    asked = (sides.in_memory, sides.by_postgis, sides.by_service, sides.bare)
    first, *others = [fences(await look_up(points)) for look_up in asked]
    assert others == [first] * 3, "not the same fences"


async def _times_s(look_up: LookUp, points: Sequence[LonLat], at_once: int) -> list[float]:
    """Of each look-up, for some time."""
    parts = [points[start : start + at_once] for start in range(0, len(points), at_once)]
    times: list[float] = []
    ends_at = time.perf_counter() + SECONDS
    while time.perf_counter() < ends_at:
        for part in parts:
            began_at = time.perf_counter()
            await look_up(part)
            times.append(time.perf_counter() - began_at)
    return times


async def _build(stage: Stage, sides: Sides, fences: int) -> None:
    """Load the areas and index them, several times; each time from the start."""
    seconds, cpu_s, lags_ms, idle_ms = [], [], [], []
    gc.collect()
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(ROUNDS):
        sides.indexes = AreaIndexes(sides.engine)
        began_at, cpu_at_s = time.perf_counter(), time.process_time()
        lags_ms.append(await _longest_pause_ms(sides.build()))
        seconds.append(time.perf_counter() - began_at)
        cpu_s.append(time.process_time() - cpu_at_s)
        idle_ms.append(await _longest_pause_ms(asyncio.sleep(seconds[-1])))
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    name = f"geofence_{fences}_index"
    stage.report.add(f"{name}_build", "s", seconds)
    stage.report.add(f"{name}_build_cpu", "s", cpu_s)
    stage.report.add(f"{name}_pause", "ms", lags_ms, idle_ms)
    stage.report.add(f"{name}_memory", "MB", [sides.index.bytes / 1e6])
    stage.report.add(f"{name}_peak", "MB", [grown_kb / 1000])


async def _longest_pause_ms(work: Awaitable[None]) -> float:
    """The longest that anything else in the process waits for its turn while `work` goes on."""
    longest = 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        began_at = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began_at - 0.001)
    await task
    return 1000 * longest

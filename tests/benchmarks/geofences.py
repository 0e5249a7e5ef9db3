"""Which service areas cover 64 points: routing's one statement beside PostGIS asked one by one."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import asyncpg
from hedgerow.auth import Caller
from hedgerow.contracts.values import LonLat, TenantId, new_id
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url, connect
from hedgerow.transaction.tenancy import enter
from hedgerow_routing.store.fences import FenceStore
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON

from .report import say
from .stage import Stage

ROUNDS = 3
SECONDS = 2.0
FENCES = 1000
POINTS = 64
WEST, SOUTH, EAST, NORTH = 105.0, 25.0, 122.0, 40.0

PLANT = """insert into plants values ($1, $2, 'P', 'P', 110, 30, 'WGS84', 110, 30, now())"""
# Circles of 30 to 80 km as rings of 65 points.
DRAW = """
insert into fences (tenant_id, fence_id, plant_id, kind, name, version, priority, area_m2, datum,
                    area, given, active_from)
select $1, gen_random_uuid(), $2, 'SERVICE_AREA', n, 1, 0, 1, 'WGS84',
       st_multi(st_buffer(st_setsrid(st_makepoint(lon, lat), 4326), radius, 16)), '{}', '2026-01-01Z'
from unnest($3::text[], $4::float8[], $5::float8[], $6::float8[]) as drawn (n, lon, lat, radius)
"""
ONE = """
select f.fence_id, f.plant_id, f.version, f.priority, f.area_m2
from fence_periods p join fences f on f.tenant_id = p.tenant_id and f.fence_id = p.fence_id
where p.bounds && st_setsrid(st_makepoint($1, $2), 4326) and p.recorded_to is null
  and p.valid @> $4::timestamptz and p.tenant_id = $3
  and st_covers(f.area, st_setsrid(st_makepoint($1, $2), 4326))
"""


async def measure(stage: Stage) -> None:
    url = await stage.databases.fresh("routing")
    tenant_id = TenantId(new_id())
    admin = await asyncpg.connect(stage.postgres.admin_url, database=async_url(url).database)
    draw = random.Random(7)
    plant_id = new_id()
    await admin.execute(PLANT, tenant_id, plant_id)
    rings = [(str(n), *_anywhere(draw), draw.uniform(0.3, 0.8)) for n in range(FENCES)]
    await admin.execute(DRAW, tenant_id, plant_id, *map(list, zip(*rings, strict=True)))
    await admin.execute("analyze")
    engine = connect(url, pool_size=1)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        points = [LonLat(*_anywhere(draw)) for _ in range(POINTS)]
        together = await _covering(engine, tenant_id, points)
        assert together == await _each(admin, tenant_id, points), "not the same fences"
        ours.append(await _rate(partial(_covering, engine, tenant_id, points)))
        theirs.append(await _rate(partial(_each, admin, tenant_id, points)))
    await engine.dispose()
    await admin.close()
    stage.report.add("geofence", "points/s", ours, theirs)


def _anywhere(draw: random.Random) -> tuple[float, float]:
    return draw.uniform(WEST, EAST), draw.uniform(SOUTH, NORTH)


async def _covering(
    engine: AsyncEngine, tenant_id: TenantId, points: Sequence[LonLat]
) -> list[set[UUID]]:
    """As a batch of orders asks: in a transaction of its own, under row security."""
    caller = Caller.service("routing", tenant_id)
    async with engine.begin() as conn:
        await enter(conn, caller.reach(), timeout_s=10)
        found = await FenceStore(Transaction(conn, caller, NOON)).covering(points)
    return [{area.fence_id for area in areas} for areas in found]


async def _each(
    admin: asyncpg.Connection, tenant_id: TenantId, points: Sequence[LonLat]
) -> list[set[UUID]]:
    return [await _one(admin, tenant_id, point) for point in points]


async def _one(admin: asyncpg.Connection, tenant_id: TenantId, point: LonLat) -> set[UUID]:
    rows = await admin.fetch(ONE, point.lon, point.lat, tenant_id, NOON)
    return {row["fence_id"] for row in rows}


async def _rate(ask: Callable[[], Awaitable[list[set[UUID]]]]) -> float:
    """Points a second."""
    asked = 0
    began_at = time.perf_counter()
    while (seconds := time.perf_counter() - began_at) < SECONDS:
        asked += len(await ask())
    return asked / seconds

"""PostGIS says which areas cover a point; GEOS, through Shapely, is the oracle."""

import math
import random

import asyncpg
import numpy as np
import pytest
import shapely
from hedgerow.auth import Reach
from hedgerow.contracts.values import LonLat, TenantId, new_id
from hedgerow.transaction.tenancy import enter
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fences import FenceStore
from routing.bad_areas import polygon
from routing.makers import NINGBO, Statements, around, as_caller, found_plant, service_area
from sqlalchemy import text
from worlds import administrator, transaction

WEST, SOUTH, EAST, NORTH = 110.0, 25.0, 122.0, 37.0


def star(rng: random.Random) -> list[list[float]]:
    """A ring of 65 positions around a place in eastern China, as jagged as borders are."""
    lon, lat = rng.uniform(WEST + 1, EAST - 1), rng.uniform(SOUTH + 1, NORTH - 1)
    ring = []
    for step in range(64):
        turn, reach = 2 * math.pi * step / 64, rng.uniform(0.5, 1.0)
        ring.append([lon + reach * math.cos(turn), lat + reach * math.sin(turn)])
    return [*ring, ring[0]]


async def drawn(tx, rng: random.Random, fences: int):
    """Publishes that many areas; gives them as Shapely sees them, by fence."""
    plant = await found_plant(tx, "NINGBO", NINGBO)
    shapes = {}
    for number in range(fences):
        ring = star(rng)
        command = service_area(plant.plant_id, polygon(ring), name=f"area {number}")
        await publish_fence(command, tx)
        shapes[command.fence_id] = shapely.Polygon(ring)
    return shapes


async def by_postgis(tx, places: np.ndarray):
    """(position, fence) of every pair that covers."""
    pairs = set()
    for start in range(0, len(places), 10_000):
        part = places[start : start + 10_000]
        found = await FenceStore(tx).covering([LonLat(float(x), float(y)) for x, y in part])
        for position, areas in enumerate(found, start):
            pairs.update((position, area.fence_id) for area in areas)
    return pairs


def by_geos(shapes, places: np.ndarray):
    ids, areas = list(shapes), np.array(list(shapes.values()))
    at, which = shapely.STRtree(areas).query(shapely.points(places), predicate="intersects")
    at, which = at.tolist(), which.tolist()
    return {(position, ids[each]) for position, each in zip(at, which, strict=True)}


def scattered(rng: random.Random, count: int) -> np.ndarray:
    return np.random.default_rng(rng.randrange(2**32)).uniform(
        (WEST, SOUTH), (EAST, NORTH), (count, 2)
    )


async def test_at_random_points_and_on_every_vertex_postgis_and_geos_agree(routing_db):
    rng = random.Random(20260329)
    async with transaction(routing_db, administrator()) as tx:
        shapes = await drawn(tx, rng, 60)
        vertices = np.concatenate([shapely.get_coordinates(each) for each in shapes.values()])
        places = np.concatenate([scattered(rng, 5_000), vertices])

        found = await by_postgis(tx, places)

        assert len(found) > 5_000
        assert found == by_geos(shapes, places)
        on_vertices = {pair for pair in found if pair[0] >= 5_000}
        assert {position for position, _ in on_vertices} == set(range(5_000, len(places)))


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_at_a_million_random_points_postgis_and_geos_agree_and_on_edges_nearly(routing_db):
    rng = random.Random(7)
    async with transaction(routing_db, administrator()) as tx:
        await tx.conn.execute(text("set local statement_timeout = 0"))
        shapes = await drawn(tx, rng, 300)
        anywhere = scattered(rng, 1_000_000)
        rings = [shapely.get_coordinates(each) for each in shapes.values()]
        middles = np.concatenate([(ring[:-1] + ring[1:]) / 2 for ring in rings])

        assert await by_postgis(tx, anywhere) == by_geos(shapes, anywhere)
        on_edges, expected = await by_postgis(tx, middles), by_geos(shapes, middles)
        assert len(on_edges ^ expected) <= 1e-4 * len(expected)


async def test_points_on_the_border_of_an_area_belong_to_it(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO, 0.5))
        west, south, east, north = 121.044, 29.3683, 122.044, 30.3683
        on = [(west, south), (west, 29.9), (121.5, north), (east, north), (east, 30.0)]
        off = [(west - 1e-9, 29.9), (121.5, north + 1e-9), (east + 1e-9, 30.0)]

        found = await FenceStore(tx).covering([LonLat(*each) for each in (*on, *off)])

        assert [[area.plant_id for area in areas] for areas in found] == [
            *([plant.plant_id] for _ in on),
            *([] for _ in off),
        ]


async def test_only_versions_in_force_of_the_callers_tenant_cover(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        new = await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
        [mine] = await FenceStore(tx).covering([NINGBO])
        stranger = await as_caller(tx, administrator())

        [theirs] = await FenceStore(stranger).covering([NINGBO])
        await tx.conn.execute(text("select set_config('app.tenant', '', true)"))
        [nobodys] = await FenceStore(stranger).covering([NINGBO])

        assert [(area.fence_id, area.version) for area in mine] == [(new.fence_id, 2)]
        assert (theirs, nobodys) == ([], [])


async def test_a_batch_of_points_is_one_statement(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        with Statements(tx) as statements:
            await FenceStore(tx).covering([NINGBO] * 64)

        assert len(statements.sent) == 1


async def test_the_lookup_goes_through_the_spatial_index_under_row_security(routing_db, databases):
    """Without the owner's policy, or with the lookup outside the owner's function, PostGIS's
    operators may not touch the index before row security has thinned the rows."""
    tenant_id, plant_id = TenantId(new_id()), new_id()
    said: list[str] = []
    admin_url = databases.admin_url.rpartition("/")[0] + f"/{routing_db.url.database}"
    conn = await asyncpg.connect(admin_url)
    conn.add_log_listener(lambda _, message: said.append(message.message))
    transaction_ = conn.transaction()
    await transaction_.start()
    await conn.execute(
        f"""
        insert into plants values
          ('{tenant_id}', '{plant_id}', 'NINGBO', 'x', 0, 0, 'WGS84', 0, 0, now());
        insert into fences (tenant_id, fence_id, plant_id, kind, name, version, priority,
                            area_m2, datum, area, active_from)
          select '{tenant_id}', gen_random_uuid(), '{plant_id}', 'SERVICE_AREA', n::text, 1, 0, 1,
            'WGS84', st_multi(st_makeenvelope(n % 40, n / 40, n % 40 + 1, n / 40 + 1, 4326)), now()
          from generate_series(0, 1599) n;
        analyze fences;
        analyze fence_periods;
        load 'auto_explain';
        set local auto_explain.log_min_duration = 0;
        set local auto_explain.log_nested_statements = on;
        set local client_min_messages = log;
        set local role hedgerow_routing;
        select set_config('app.tenant', '{tenant_id}', true);
        """
    )

    await conn.execute("select * from routing.covering(array[0.5, 30.5], array[0.5, 20.5], now())")

    await transaction_.rollback()
    await conn.close()
    [plan] = [each for each in said if "join fences" in each]
    assert "Index Scan using fence_periods_place" in plan
    assert "Index Cond: ((bounds && " in plan
    assert "InitPlan 1" in plan
    assert "Seq Scan" not in plan


async def test_the_reach_of_the_caller_does_not_change_which_areas_cover(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        await enter(tx.conn, Reach(tx.tenant_id, False, ()), timeout_s=20)

        [areas] = await FenceStore(tx).covering([NINGBO])

        assert [area.plant_id for area in areas] == [plant.plant_id]

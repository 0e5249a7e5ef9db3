"""The index in memory finds the areas that PostGIS finds, wherever a point lies."""

from __future__ import annotations

import numpy as np
import pytest
from hedgerow.contracts.values import LonLat
from hedgerow.transaction.database import connect
from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.store.area_indexes import AreaIndexes
from routing import ragged
from routing.area_worlds import AreaWorld
from routing.ragged import Places
from shapely.geometry import MultiPolygon
from sqlalchemy import text
from worlds import Databases

AT_ONCE = 5_000
MOST_LEFT = 100  # of each kind of a million points: large areas take PostGIS long
ASKED = (
    """
    create temp table asked on commit drop as
    select given.place::integer, st_setsrid(st_makepoint(given.lon, given.lat), 4326) as point
    from unnest(cast(:lon as float8[]), cast(:lat as float8[])) with ordinality
      as given (lon, lat, place)
    """,
    "create index on asked using gist (point)",
    "analyze asked",
    "set local statement_timeout = 0",
)
COVERED = text("select place, fence_id from fences join asked on st_covers(area, point)")

Pairs = set[tuple[int, object]]


def lonlats(places: Places) -> list[LonLat]:
    return [LonLat(lon, lat) for lon, lat in places.tolist()]


async def world_of(databases: Databases, areas: list[MultiPolygon]) -> AreaWorld:
    engine = connect(await databases.fresh("routing"))
    world = AreaWorld(engine, AreaIndexes(engine))
    for number, area in enumerate(areas):
        await world.draw(geojson_of(area), name=f"area {number}")
    await world.indexed()
    return world


async def end(world: AreaWorld) -> None:
    await world.indexes.close()
    await world.engine.dispose()


async def by_product(world: AreaWorld, places: Places, *, kept: bool = True) -> Pairs:
    """The pairs of point and area that the service finds; without its index, PostGIS's own."""
    found: Pairs = set()
    for start in range(0, len(places), AT_ONCE):
        asked = lonlats(places[start : start + AT_ONCE])
        for position, areas in enumerate(await world.ask(*asked, kept=kept), start):
            found |= {(position, fence_id) for fence_id, _ in areas}
    return found


async def by_postgis(world: AreaWorld, places: Places) -> Pairs:
    """The same by bare ST_Covers, one fence after the other, which is quicker for a million."""
    lon, lat = places.T.tolist()
    async with world.transaction() as tx:
        await tx.conn.execute(text(ASKED[0]), {"lon": lon, "lat": lat})
        for statement in ASKED[1:]:
            await tx.conn.execute(text(statement))
        return {(place - 1, fence_id) for place, fence_id in await tx.conn.execute(COVERED)}


async def by_index(world: AreaWorld, places: Places) -> tuple[Pairs, set[int]]:
    """What the index finds, and the positions that it leaves to PostGIS."""
    async with world.transaction() as tx:
        index = await world.indexes.current(tx)
    assert index is not None
    covering, untold = index.covering(lonlats(places))
    pairs = {(position, area.fence_id) for position, areas in enumerate(covering) for area in areas}
    return pairs, set(untold)


async def test_at_twenty_thousand_awkward_points_the_service_finds_what_postgis_finds(
    databases: Databases,
):
    chance = np.random.default_rng(20260329)
    areas = ragged.areas(chance)
    world = await world_of(databases, areas)

    untold = {}
    for name, places in ragged.points(chance, areas, 20_000).items():
        found = await by_product(world, places)
        untold[name] = len((await by_index(world, places))[1]) / len(places)

        assert found == await by_product(world, places, kept=False), name
        assert len(found) > len(places) / 2, name

    print(untold)
    assert untold["anywhere"] == untold["close by"] == 0
    assert untold["level"] < 0.02  # some lie on the borders of boxes
    assert untold["on edges"] < 0.05
    assert untold["on vertices"] == 1
    await end(world)


@pytest.mark.long
@pytest.mark.timeout(3000)
async def test_at_a_million_awkward_points_the_service_finds_what_postgis_finds(
    databases: Databases,
):
    chance = np.random.default_rng(1)
    areas = ragged.areas(chance, side=10, detail=6)
    world = await world_of(databases, areas)
    asked, wrong = 0, []

    for name, places in ragged.points(chance, areas, 1_100_000).items():
        found, untold = await by_index(world, places)
        expected = await by_postgis(world, places)
        differing = found ^ {pair for pair in expected if pair[0] not in untold}
        left = sorted(untold)[:: max(1, len(untold) // MOST_LEFT)]
        answered = {
            (left[position], fence_id)
            for position, fence_id in await by_product(world, places[left])
        }
        differing |= answered ^ {pair for pair in expected if pair[0] in set(left)}
        print(f"{name}: {len(places)} points, {len(expected)} pairs, {len(differing)} differ,"
              f" {len(untold)} left to PostGIS")  # fmt: skip
        asked += len(places)
        wrong += [(name, *places[position].tolist(), fence) for position, fence in differing]

    assert (asked >= 1_000_000, wrong) == (True, [])
    await end(world)


async def test_beside_an_edge_of_no_length_to_speak_of_the_index_counts_what_postgis_counts(
    databases: Databases,
):
    """PostGIS 3.3 does so for a point that it is asked about alone. From the second point of a
    statement on it passes over edges shorter than 1e-12 degrees, and finds fewer areas."""
    areas = [MultiPolygon([each]) for each in ragged.with_short_edges()]
    world = await world_of(databases, areas)
    west_of_it = LonLat(116.5, 27.5)

    alone = await world.ask(west_of_it, kept=False)

    assert [len(found) for found in alone] == [3]
    assert await world.ask(west_of_it, west_of_it) == alone * 2
    await end(world)

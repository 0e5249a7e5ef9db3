"""The index in memory finds the areas that PostGIS finds, wherever a point lies."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.values import FenceId, LonLat, PlantId, new_id
from hedgerow.transaction.database import connect
from hedgerow_routing.domain.area import geojson_of
from hedgerow_routing.domain.area_index import AreaIndex
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.placed_area import PlacedArea
from hedgerow_routing.store.area_indexes import AreaIndexes
from routing import ragged
from routing.area_worlds import AreaWorld
from routing.ragged import Places
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from worlds import NOON, Databases

AT_ONCE = 5_000
MOST_LEFT = 100  # of each kind of a million points: large areas take PostGIS long
ALL_AT_ONE_FENCE = text(
    """
    select place, f.fence_id from fences f cross join lateral (
      select given.place::integer from unnest(cast(:lon as float8[]), cast(:lat as float8[]))
        with ordinality as given (lon, lat, place)
      where st_covers(f.area, st_setsrid(st_makepoint(given.lon, given.lat), 4326))
    ) as covered
    where f.active_to is null
    """
)

Pairs = set[tuple[int, object]]


def placed(*shapes: BaseGeometry, **period) -> list[PlacedArea]:
    return [PlacedArea(key(number), shape, **period) for number, shape in enumerate(shapes)]


def key(number: int) -> CoveringArea:
    return CoveringArea(FenceId(new_id()), number, PlantId(new_id()), 0, 1.0)


def numbers(index: AreaIndex, *points: tuple[float, float]) -> list[set[int] | None]:
    """Of the areas that cover each point; None where the index does not say."""
    covering, untold = index.covering([LonLat(*each) for each in points])
    return [
        None if position in untold else {area.version for area in areas}
        for position, areas in enumerate(covering)
    ]


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
        await tx.conn.execute(text("set local statement_timeout = 0"))
        rows = await tx.conn.execute(ALL_AT_ONE_FENCE, {"lon": lon, "lat": lat})
        return {(place - 1, fence_id) for place, fence_id in rows}


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
    asked = wrong = 0

    for name, places in ragged.points(chance, areas, 1_100_000).items():
        found, untold = await by_index(world, places)
        expected = await by_postgis(world, places)
        told = {pair for pair in expected if pair[0] not in untold}
        left = sorted(untold)[:: max(1, len(untold) // MOST_LEFT)]
        answered = await by_product(world, places[left])
        differing = len(found ^ told) + len(
            {(left[position], fence_id) for position, fence_id in answered}
            ^ {pair for pair in expected if pair[0] in set(left)}
        )
        print(f"{name}: {len(places)} points, {len(expected)} pairs, {differing} differ,"
              f" {len(untold)} left to PostGIS")  # fmt: skip
        asked, wrong = asked + len(places), wrong + differing

    assert (asked >= 1_000_000, wrong) == (True, 0)
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


def test_a_border_is_left_to_postgis_and_what_is_off_it_by_a_rounding_is_not():
    west, south, east, north = 110.0, 30.0, 111.0, 31.0
    index = AreaIndex(placed(box(west, south, east, north)), NOON)
    outside = np.nextafter([west, south, east, north], [0, 0, 180, 90]).tolist()
    inside = np.nextafter([west, south, east, north], [180, 90, 0, 0]).tolist()

    assert (
        numbers(
            index,
            (west, 30.5),
            (110.5, south),
            (east, 30.5),
            (110.5, north),
            (west, south),
            (east, north),
        )
        == [None] * 6
    )
    assert (
        numbers(
            index, (outside[0], 30.5), (110.5, outside[1]), (outside[2], 30.5), (110.5, outside[3])
        )
        == [set()] * 4
    )
    assert (
        numbers(index, (inside[0], 30.5), (110.5, inside[1]), (inside[2], 30.5), (110.5, inside[3]))
        == [{0}] * 4
    )
    assert numbers(index, (109.5, south), (111.5, north), (109.5, 30.5)) == [set()] * 3


def test_holes_enclaves_and_overlaps_are_told_apart():
    ring = Polygon(box(110, 30, 114, 34).exterior, [box(111, 31, 113, 33).exterior.coords])
    index = AreaIndex(placed(ring, box(111, 31, 113, 33), box(112, 30, 115, 32.5)), NOON)

    found = numbers(
        index, (110.5, 30.5), (112.5, 32.75), (112.5, 32), (113.5, 31.5), (114.5, 31), (9, 9)
    )

    assert found == [{0}, {1}, {1, 2}, {0, 2}, {2}, set()]


def test_many_areas_upon_one_another_get_a_coarser_grid_and_the_same_answers(
    monkeypatch: pytest.MonkeyPatch,
):
    draw = random.Random(3)
    shapes = [
        shapely.Point(draw.uniform(110, 111), draw.uniform(30, 31)).buffer(1) for _ in range(200)
    ]
    points = [(draw.uniform(109, 112), draw.uniform(29, 32)) for _ in range(500)]
    fine = AreaIndex(placed(*shapes), NOON)
    monkeypatch.setattr("hedgerow_routing.domain.area_grid.MOST_ENTRIES", 0)
    monkeypatch.setattr("hedgerow_routing.domain.area_grid.MOST_ENTRIES_AN_EDGE", 2)

    coarse = AreaIndex(placed(*shapes), NOON)

    assert numbers(coarse, *points) == numbers(fine, *points)
    assert coarse.bytes < fine.bytes / 2


def test_long_edges_by_the_thousand_get_a_coarser_grid_and_the_same_answers(
    monkeypatch: pytest.MonkeyPatch,
):
    teeth = [(110 + tooth / 1000, 30 + 4 * (tooth % 2)) for tooth in range(2001)]
    comb = Polygon([*teeth, (112.0, 29.0), (110.0, 29.0)])
    draw = random.Random(4)
    points = [(draw.uniform(110, 112), draw.uniform(28.5, 34)) for _ in range(500)]
    monkeypatch.setattr("hedgerow_routing.domain.area_grid.MOST_ENTRIES", 0)

    index = AreaIndex(placed(comb), NOON)

    expected = [{0} if comb.covers(shapely.Point(each)) else set() for each in points]
    assert numbers(index, *points) == expected
    assert index.bytes < 4 * 40 * index.vertices


def test_without_areas_nothing_covers_a_point():
    index = AreaIndex([], NOON)

    assert numbers(index, (110.0, 30.0)) == [set()]
    assert (index.vertices, index.holds(NOON)) == (0, True)


def test_an_index_holds_until_an_area_begins_or_ends():
    hour = timedelta(hours=1)
    areas = [
        PlacedArea(key(0), box(110, 30, 111, 31)),
        PlacedArea(key(1), box(110, 30, 111, 31), active_from=NOON, active_to=NOON + 2 * hour),
        PlacedArea(key(2), box(110, 30, 111, 31), active_from=NOON + hour),
        PlacedArea(key(3), box(110, 30, 111, 31), active_to=NOON),
    ]

    at_noon, later = AreaIndex(areas, NOON), AreaIndex(areas, NOON + hour)

    assert numbers(at_noon, (110.5, 30.5)) == [{0, 1}]
    assert numbers(later, (110.5, 30.5)) == [{0, 1, 2}]
    instants = [NOON - hour, NOON, NOON + hour / 2, NOON + hour, NOON + 2 * hour]
    assert [at_noon.holds(each) for each in instants] == [False, True, True, False, False]
    assert [later.holds(each) for each in instants] == [False, False, False, True, False]


@pytest.mark.parametrize("radius_m", [50.0, 3_000.0, 100_000.0])
@pytest.mark.parametrize("lat", [0.0, 47.0, -70.0, 89.5])
def test_a_circle_is_sure_of_what_is_well_inside_and_well_outside(lat: float, radius_m: float):
    centre = LonLat(121.0, lat)
    index = AreaIndex([PlacedArea.circle(key(0), centre, radius_m)], NOON)

    def at(share: float) -> list[set[int] | None]:
        there = [
            Geodesic.WGS84.Direct(lat, centre.lon, bearing, share * radius_m)
            for bearing in np.linspace(0, 360, 257)
        ]
        return numbers(index, *((each["lon2"], each["lat2"]) for each in there))

    sure_inside = {0} if abs(lat) < 80 else None
    assert at(0.5) == at(0.993) == [sure_inside] * 257
    assert at(0.99999) == at(1.00001) == [None] * 257
    if abs(lat) < 80:
        assert at(1.007) == at(1.5) == [set()] * 257


def test_a_circle_across_the_antimeridian_is_left_to_postgis():
    index = AreaIndex([PlacedArea.circle(key(0), LonLat(179.99, 10.0), 5_000.0)], NOON)

    assert numbers(index, (179.99, 10.0), (-179.99, 10.0), (0.0, 12.0)) == [None, None, set()]


def test_what_ends_the_work_between_two_steps_ends_it():
    steps: list[int] = []

    def check() -> None:
        steps.append(len(steps))
        if len(steps) == 4:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        AreaIndex(placed(box(110, 30, 111, 31)), NOON, check)

    assert steps == [0, 1, 2, 3]

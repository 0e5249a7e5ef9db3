"""The index in memory by itself: borders, holes, grids, circles, instants."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.values import FenceId, LonLat, PlantId, new_id
from hedgerow_routing.domain.area_index import AreaIndex
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.placed_area import PlacedArea
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry
from worlds import NOON

SINCE = NOON - timedelta(minutes=10)


def placed(*shapes: BaseGeometry) -> list[PlacedArea]:
    return [PlacedArea(key(number), shape) for number, shape in enumerate(shapes)]


def key(number: int) -> CoveringArea:
    return CoveringArea(FenceId(new_id()), number, PlantId(new_id()), 0, 1.0)


def numbers(index: AreaIndex, *points: tuple[float, float]) -> list[set[int] | None]:
    """Of the areas that cover each point; None where the index does not say."""
    covering, untold = index.covering([LonLat(*each) for each in points])
    return [
        None if position in untold else {area.version for area in areas}
        for position, areas in enumerate(covering)
    ]


def test_a_border_is_left_to_postgis_and_what_is_off_it_by_a_rounding_is_not():
    west, south, east, north = 110.0, 30.0, 111.0, 31.0
    index = AreaIndex(placed(box(west, south, east, north)), NOON, SINCE)
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


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("start", "end", "point"),
    [
        (
            (-37.075451405981646, -6.754177131294815),
            (-37.05945765913183, -6.749468210975289),
            (-37.075411395705025, -6.754165351365676),
        ),
        (
            (-44.22943327437555, -22.60768484000622),
            (-44.229538972718196, -22.607631990768777),
            (-44.22943327437556, -22.607684840006215),
        ),
    ],
)
def test_a_point_that_is_off_an_edge_seen_from_one_end_only_is_left_to_postgis(
    start: tuple[float, float], end: tuple[float, float], point: tuple[float, float], turned: bool
):
    """PostGIS, which sees it from the other, says that it is on it."""
    ring = [start, end, (start[0], end[1] + 1)]
    index = AreaIndex(placed(Polygon(ring[::-1] if turned else ring)), NOON, SINCE)

    assert numbers(index, point) == [None]


def test_holes_enclaves_and_overlaps_are_told_apart():
    ring = Polygon(box(110, 30, 114, 34).exterior, [box(111, 31, 113, 33).exterior.coords])
    index = AreaIndex(placed(ring, box(111, 31, 113, 33), box(112, 30, 115, 32.5)), NOON, SINCE)

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
    fine = AreaIndex(placed(*shapes), NOON, SINCE)
    monkeypatch.setattr("hedgerow_routing.domain.area_grid.MOST_ENTRIES", 0)
    monkeypatch.setattr("hedgerow_routing.domain.area_grid.MOST_ENTRIES_AN_EDGE", 2)

    coarse = AreaIndex(placed(*shapes), NOON, SINCE)

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

    index = AreaIndex(placed(comb), NOON, SINCE)

    expected = [{0} if comb.covers(shapely.Point(each)) else set() for each in points]
    assert numbers(index, *points) == expected
    assert index.bytes < 4 * 40 * index.vertices


def test_without_areas_nothing_covers_a_point():
    index = AreaIndex([], NOON, SINCE)

    assert numbers(index, (110.0, 30.0)) == [set()]
    assert index.vertices == 0
    assert [index.holds(at) for at in (SINCE - timedelta(seconds=1), SINCE, NOON)] == [
        *(False, True, True)
    ]


def test_an_index_holds_until_an_area_begins_or_ends():
    hour = timedelta(hours=1)
    areas = [
        PlacedArea(key(0), box(110, 30, 111, 31)),
        PlacedArea(key(1), box(110, 30, 111, 31), valid_from=NOON, valid_to=NOON + 2 * hour),
        PlacedArea(key(2), box(110, 30, 111, 31), valid_from=NOON + hour),
        PlacedArea(key(3), box(110, 30, 111, 31), valid_to=NOON),
    ]

    at_noon, later = AreaIndex(areas, NOON, SINCE), AreaIndex(areas, NOON + hour, NOON - hour)

    assert numbers(at_noon, (110.5, 30.5)) == [{0, 1}]
    assert numbers(later, (110.5, 30.5)) == [{0, 1, 2}]
    instants = [NOON - hour, NOON, NOON + hour / 2, NOON + hour, NOON + 2 * hour]
    assert [at_noon.holds(each) for each in instants] == [False, True, True, False, False]
    assert [later.holds(each) for each in instants] == [False, False, False, True, False]


@pytest.mark.parametrize("radius_m", [50.0, 3_000.0, 100_000.0])
@pytest.mark.parametrize("lat", [0.0, 47.0, -70.0, 89.5])
def test_a_circle_is_sure_of_what_is_well_inside_and_well_outside(lat: float, radius_m: float):
    centre = LonLat(121.0, lat)
    index = AreaIndex([PlacedArea.circle(key(0), centre, radius_m)], NOON, SINCE)

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
    index = AreaIndex([PlacedArea.circle(key(0), LonLat(179.99, 10.0), 5_000.0)], NOON, SINCE)

    assert numbers(index, (179.99, 10.0), (-179.99, 10.0), (0.0, 12.0)) == [None, None, set()]


def test_what_ends_the_work_between_two_steps_ends_it():
    steps: list[int] = []

    def check() -> None:
        steps.append(len(steps))
        if len(steps) == 4:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        AreaIndex(placed(box(110, 30, 111, 31)), NOON, SINCE, check)

    assert steps == [0, 1, 2, 3]

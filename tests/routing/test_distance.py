import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.values import LonLat
from hedgerow_routing.domain.distance import distance_m, nearest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing.makers import HEFEI, NINGBO, SUZHOU, plant_at

points = st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90))


def test_ningbo_to_suzhou_is_as_far_as_the_geodesic_says():
    expected = Geodesic.WGS84.Inverse(NINGBO.lat, NINGBO.lon, SUZHOU.lat, SUZHOU.lon)["s12"]

    assert distance_m(NINGBO, SUZHOU) == expected
    assert expected == pytest.approx(183_600, abs=300)


@given(points, st.lists(points, max_size=12), st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_the_nearest_are_those_that_measuring_all_of_them_finds(
    point: LonLat, places: list[LonLat], most: int
):
    plants = [plant_at(place, f"P-{number:02}") for number, place in enumerate(places)]

    found = nearest(point, plants, most)

    measured = sorted((distance_m(point, plant.point), plant.code, plant) for plant in plants)
    assert found == [(metres, plant) for metres, _, plant in measured[:most]]


def test_equally_near_plants_come_by_code():
    plants = [plant_at(HEFEI, code) for code in ("C", "A", "B")]

    assert [plant.code for _, plant in nearest(HEFEI, plants, 3)] == ["A", "B", "C"]


def test_where_degrees_mislead_the_ellipsoid_decides():
    # At 60 degrees north a degree of longitude is half a degree of latitude.
    east = plant_at(LonLat(11.5, 60.0), "EAST")
    north = plant_at(LonLat(10.0, 61.0), "NORTH")

    [(_, plant)] = nearest(LonLat(10.0, 60.0), [north, east], 1)

    assert plant.code == "EAST"

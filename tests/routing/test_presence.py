import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84, to_wgs84
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.domain.presence import is_present
from routing.makers import NINGBO, SUZHOU

FENCE = [(NINGBO, 500.0)]


def away(metres: float, azimuth_deg: float) -> LonLat:
    end = Geodesic.WGS84.Direct(NINGBO.lat, NINGBO.lon, azimuth_deg, metres)
    return LonLat(end["lon2"], end["lat2"])


@pytest.mark.parametrize("azimuth_deg", range(0, 360, 15))
@pytest.mark.parametrize(("metres", "inside"), [(499.9, True), (500.0, True), (500.1, False)])
def test_the_edge_belongs_to_the_circle(metres: float, inside: bool, azimuth_deg: float):
    assert is_present(away(metres, azimuth_deg), FENCE) is inside


def test_the_same_numbers_are_inside_as_wgs84_and_outside_as_gcj02():
    gcj = from_wgs84(NINGBO, Datum.GCJ02)
    shift = Geodesic.WGS84.Inverse(NINGBO.lat, NINGBO.lon, gcj.lat, gcj.lon)
    opposite = away(300, shift["azi1"] + 180)

    as_wgs84 = to_wgs84(GeoPoint(opposite.lon, opposite.lat, Datum.WGS84))
    as_gcj02 = to_wgs84(GeoPoint(opposite.lon, opposite.lat, Datum.GCJ02))

    assert is_present(as_wgs84, FENCE)
    assert distance_m(as_gcj02, NINGBO) == pytest.approx(793, abs=10)
    assert not is_present(as_gcj02, FENCE)


def test_any_of_a_plants_circles_will_do_and_none_never_does():
    assert is_present(NINGBO, [(SUZHOU, 500.0), (NINGBO, 500.0)])
    assert not is_present(NINGBO, [])

"""Verdicts about points and radii; the same over the database is in test_check_presence.py."""

import math

import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84, to_wgs84
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, PresenceVerdict
from hedgerow.errors import Refused
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.domain.presence import accuracy, from_circle_m, verdict_of
from routing.makers import NINGBO

INSIDE, OUTSIDE, UNCERTAIN = (
    PresenceVerdict.INSIDE,
    PresenceVerdict.OUTSIDE,
    PresenceVerdict.UNCERTAIN,
)


def away(metres: float, azimuth_deg: float) -> LonLat:
    end = Geodesic.WGS84.Direct(NINGBO.lat, NINGBO.lon, azimuth_deg, metres)
    return LonLat(end["lon2"], end["lat2"])


def verdict(point: LonLat, accuracy_m: float = 0.0) -> PresenceVerdict:
    return verdict_of(from_circle_m(point, NINGBO, 500.0), accuracy_m)


@pytest.mark.parametrize("azimuth_deg", range(0, 360, 15))
@pytest.mark.parametrize(
    ("metres", "accuracy_m", "expected"),
    [
        (499.9, 0.0, INSIDE),
        (500.0, 0.0, INSIDE),
        (500.1, 0.0, OUTSIDE),
        (499.9, 0.05, INSIDE),
        (499.9, 0.1, INSIDE),
        (499.9, 0.2, UNCERTAIN),
        (500.0, 0.05, UNCERTAIN),
        (500.1, 0.05, OUTSIDE),
        (500.1, 0.1, UNCERTAIN),
        (500.1, 0.2, UNCERTAIN),
        (470.0, 30.0, INSIDE),
        (470.0, 31.0, UNCERTAIN),
        (530.0, 29.0, OUTSIDE),
        (530.0, 30.0, UNCERTAIN),
        (0.0, 499.0, INSIDE),
        (0.0, 501.0, UNCERTAIN),
    ],
)
def test_the_radius_decides_and_the_edge_belongs_to_the_circle(
    metres: float, accuracy_m: float, expected: PresenceVerdict, azimuth_deg: float
):
    assert verdict(away(metres, azimuth_deg), accuracy_m) is expected


def test_the_same_numbers_are_inside_as_wgs84_and_outside_as_gcj02():
    gcj = from_wgs84(NINGBO, Datum.GCJ02)
    shift = Geodesic.WGS84.Inverse(NINGBO.lat, NINGBO.lon, gcj.lat, gcj.lon)
    opposite = away(300, shift["azi1"] + 180)

    as_wgs84 = to_wgs84(GeoPoint(opposite.lon, opposite.lat, Datum.WGS84))
    as_gcj02 = to_wgs84(GeoPoint(opposite.lon, opposite.lat, Datum.GCJ02))

    assert verdict(as_wgs84) is INSIDE
    assert distance_m(as_gcj02, NINGBO) == pytest.approx(793, abs=10)
    assert verdict(as_gcj02) is OUTSIDE


@pytest.mark.parametrize("accuracy_m", [0.0, 10_000.0])
def test_without_a_fence_nobody_is_inside(accuracy_m: float):
    assert verdict_of(None, accuracy_m) is OUTSIDE


@pytest.mark.parametrize("accuracy_m", [-0.1, 10_000.1, math.nan, math.inf])
def test_an_accuracy_is_0_to_10_000_metres(accuracy_m: float):
    with pytest.raises(Refused) as refused:
        accuracy(accuracy_m, "fix.accuracy_m")

    assert (refused.value.code, refused.value.field) == ("ACCURACY_INVALID", "fix.accuracy_m")

"""The oracle is eviltransform: another implementation of the same formula. It takes the semi-axis
of WGS-84 for the Krasovsky ellipsoid's, which moves its answers by up to 2 cm."""

from __future__ import annotations

import math

import eviltransform
import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import BadCoordinate, from_wgs84, to_wgs84
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hypothesis import example, given, settings
from hypothesis import strategies as st

EVIL_DEG = 2e-7
SOLVED_DEG = 1e-9

in_china = st.builds(
    LonLat,
    st.floats(72.02, 137.81, allow_subnormal=False),
    st.floats(0.85, 55.80, allow_subnormal=False),
)
shifted = st.sampled_from([Datum.GCJ02, Datum.BD09])


def metres(a: LonLat | GeoPoint, b: LonLat | GeoPoint) -> float:
    return Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon)["s12"]


@given(in_china)
@settings(max_examples=500)
def test_a_point_in_china_goes_to_gcj02_where_the_oracle_puts_it(point: LonLat):
    gcj = from_wgs84(point, Datum.GCJ02)

    lat, lon = eviltransform.wgs2gcj(point.lat, point.lon)
    assert (gcj.lon, gcj.lat) == pytest.approx((lon, lat), abs=EVIL_DEG)
    assert gcj.datum is Datum.GCJ02


@given(in_china)
@settings(max_examples=500)
def test_a_point_in_china_goes_to_bd09_where_the_oracle_puts_it(point: LonLat):
    bd = from_wgs84(point, Datum.BD09)

    lat, lon = eviltransform.wgs2bd(point.lat, point.lon)
    assert (bd.lon, bd.lat) == pytest.approx((lon, lat), abs=EVIL_DEG)
    assert bd.datum is Datum.BD09


@given(in_china, shifted)
@settings(max_examples=1000)
@example(LonLat(105.0, 35.0), Datum.GCJ02)
@example(LonLat(105.0 + 1e-12, 35.0), Datum.BD09)
@example(LonLat(121.55, 29.88), Datum.BD09)
def test_out_and_back_again_ends_where_it_began(point: LonLat, datum: Datum):
    back = to_wgs84(from_wgs84(point, datum))

    assert abs(back.lon - point.lon) < SOLVED_DEG
    assert abs(back.lat - point.lat) < SOLVED_DEG
    assert metres(back, point) < 0.001


@given(st.builds(GeoPoint, st.floats(73, 137), st.floats(1.5, 55), shifted))
@settings(max_examples=500)
def test_from_where_the_way_back_ends_the_oracle_finds_the_point_again(point: GeoPoint):
    back = to_wgs84(point)

    forward = eviltransform.wgs2gcj if point.datum is Datum.GCJ02 else eviltransform.wgs2bd
    lat, lon = forward(back.lat, back.lon)
    assert (lon, lat) == pytest.approx((point.lon, point.lat), abs=EVIL_DEG)


@given(
    st.builds(GeoPoint, st.floats(-180, 180), st.floats(-90, 90), shifted).filter(
        lambda p: not (71.9 < p.lon < 137.9 and 0.7 < p.lat < 55.9)
    )
)
def test_outside_china_every_datum_is_the_same(point: GeoPoint):
    wgs84 = to_wgs84(point)

    assert wgs84 == LonLat(point.lon, point.lat)
    assert from_wgs84(wgs84, point.datum) == point


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_wgs84_point_stays_as_it_is(lon: float, lat: float):
    assert to_wgs84(GeoPoint(lon, lat, Datum.WGS84)) == LonLat(lon, lat)
    assert from_wgs84(LonLat(lon, lat), Datum.WGS84) == GeoPoint(lon, lat, Datum.WGS84)


@given(st.floats(71.9, 137.95, allow_nan=False), st.floats(0.7, 55.95, allow_nan=False), shifted)
@settings(max_examples=500)
def test_a_point_near_the_edge_of_the_rectangle_never_moves_further_than_the_shift(
    lon: float, lat: float, datum: Datum
):
    wgs84 = to_wgs84(GeoPoint(lon, lat, datum))

    assert math.isfinite(wgs84.lon) and math.isfinite(wgs84.lat)
    assert abs(wgs84.lon - lon) < 0.03 and abs(wgs84.lat - lat) < 0.03


def test_ningbo_read_as_gcj02_is_half_a_kilometre_off_and_as_bd09_more_than_one():
    ningbo = GeoPoint(121.5440, 29.8683, Datum.WGS84)

    as_gcj = to_wgs84(GeoPoint(ningbo.lon, ningbo.lat, Datum.GCJ02))
    as_bd = to_wgs84(GeoPoint(ningbo.lon, ningbo.lat, Datum.BD09))

    assert metres(as_gcj, ningbo) == pytest.approx(493, abs=20)
    assert metres(as_bd, ningbo) == pytest.approx(1180, abs=120)


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [
        (float("nan"), 30.0, "ship_to.point.lon"),
        (120.0, float("nan"), "ship_to.point.lat"),
        (float("inf"), 30.0, "ship_to.point.lon"),
        (120.0, float("-inf"), "ship_to.point.lat"),
        (180.0000001, 30.0, "ship_to.point.lon"),
        (-181.0, 30.0, "ship_to.point.lon"),
        (30.0, 120.0, "ship_to.point.lat"),
        (1e308, 1e308, "ship_to.point.lon"),
    ],
)
def test_a_value_that_is_no_coordinate_is_refused_by_name(
    lon: float, lat: float, field: str, datum: Datum
):
    with pytest.raises(BadCoordinate) as refused:
        to_wgs84(GeoPoint(lon, lat, datum), field="ship_to.point")
    assert (refused.value.code, refused.value.field) == ("BAD_COORDINATE", field)

    with pytest.raises(BadCoordinate) as refused:
        from_wgs84(LonLat(lon, lat), datum, field="ship_to.point")
    assert (refused.value.code, refused.value.field) == ("BAD_COORDINATE", field)


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize(("lon", "lat"), [(180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)])
def test_the_ends_of_the_world_are_in_range(lon: float, lat: float, datum: Datum):
    assert to_wgs84(GeoPoint(lon, lat, datum)) == LonLat(lon, lat)

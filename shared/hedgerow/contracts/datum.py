"""From the datum a point was given in to WGS-84, and back.

GCJ-02 is the datum of every map published in China, BD-09 is Baidu's shift on top of it. Neither
has an official formula; the one here is the one everybody uses, and outside the rectangle
`CHINA` both leave a point where it is. The way back is solved, not approximated: out and back
again ends where it began to better than 0.1 mm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow.errors import Invalid

CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north, in WGS-84

_MARGIN_DEG = 0.05  # more than either datum ever moves a point
_SOLVED_DEG = 1e-9
_MOST_STEPS = 30

_AXIS_M = 6378245.0  # of the Krasovsky ellipsoid
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000.0 / 180.0

Shift = Callable[[float, float], tuple[float, float]]


class BadCoordinate(Invalid):
    code = "BAD_COORDINATE"


def to_wgs84(point: GeoPoint, *, field: str = "point") -> LonLat:
    """The same place in WGS-84. Raises BadCoordinate, naming `<field>.lon` or `<field>.lat`."""
    check_degrees(point.lon, point.lat, field=field)
    shift = _SHIFTS.get(point.datum)
    if shift is None or not _in_china(point.lon, point.lat, _MARGIN_DEG):
        return LonLat(point.lon, point.lat)
    lon, lat = _solve(shift, point.lon, point.lat)
    return LonLat(lon, lat) if _in_china(lon, lat) else LonLat(point.lon, point.lat)


def from_wgs84(point: LonLat, datum: Datum, *, field: str = "point") -> GeoPoint:
    """The same place in `datum`. Raises BadCoordinate, naming `<field>.lon` or `<field>.lat`."""
    check_degrees(point.lon, point.lat, field=field)
    shift = _SHIFTS.get(datum)
    if shift is None or not _in_china(point.lon, point.lat):
        return GeoPoint(point.lon, point.lat, datum)
    return GeoPoint(*shift(point.lon, point.lat), datum)


def check_degrees(lon: float, lat: float, *, field: str) -> None:
    """Raises BadCoordinate unless both are finite degrees in range."""
    for name, zh, value, most in (("lon", "经度", lon, 180), ("lat", "纬度", lat, 90)):
        if not -most <= value <= most:  # false for NaN too
            raise BadCoordinate(
                f"{name} must be a number of degrees between -{most} and {most}.",
                f"{zh}必须是 -{most} 到 {most} 之间的度数",
                field=f"{field}.{name}",
                detail=repr(value),
            )


def _in_china(lon: float, lat: float, margin: float = 0.0) -> bool:
    west, south, east, north = CHINA
    return west - margin <= lon <= east + margin and south - margin <= lat <= north + margin


def _solve(shift: Shift, lon: float, lat: float) -> tuple[float, float]:
    """The point that `shift` moves to (lon, lat): stepped towards until it lands there.

    Each step leaves less than a thirtieth of the error, for the shift hardly differs between two
    points so near one another.
    """
    here_lon, here_lat = lon, lat
    for _ in range(_MOST_STEPS):
        there_lon, there_lat = shift(here_lon, here_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        here_lon, here_lat = here_lon + step_lon, here_lat + step_lat
        if abs(step_lon) < _SOLVED_DEG and abs(step_lat) < _SOLVED_DEG:
            break
    return here_lon, here_lat


def _gcj02(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * math.sin(6.0 * math.pi * x) + 20.0 * math.sin(2.0 * math.pi * x)
    east_m = (
        (300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)))
        + (wave + 20.0 * math.sin(math.pi * x) + 40.0 * math.sin(math.pi * x / 3.0)) * 2.0 / 3.0
        + (150.0 * math.sin(math.pi * x / 12.0) + 300.0 * math.sin(math.pi * x / 30.0)) * 2.0 / 3.0
    )
    north_m = (
        (-100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)))
        + (wave + 20.0 * math.sin(math.pi * y) + 40.0 * math.sin(math.pi * y / 3.0)) * 2.0 / 3.0
        + (160.0 * math.sin(math.pi * y / 12.0) + 320.0 * math.sin(math.pi * y / 30.0)) * 2.0 / 3.0
    )
    phi = math.radians(lat)
    flat = 1.0 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    across_m = _AXIS_M / math.sqrt(flat)
    along_m = across_m * (1.0 - _ECCENTRICITY_2) / flat
    return (
        lon + math.degrees(east_m / (across_m * math.cos(phi))),
        lat + math.degrees(north_m / along_m),
    )


def _bd09(lon: float, lat: float) -> tuple[float, float]:
    x, y = _gcj02(lon, lat)
    reach = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU_TURN)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU_TURN)
    return reach * math.cos(angle) + 0.0065, reach * math.sin(angle) + 0.006


_SHIFTS: Mapping[Datum, Shift] = {Datum.GCJ02: _gcj02, Datum.BD09: _bd09}

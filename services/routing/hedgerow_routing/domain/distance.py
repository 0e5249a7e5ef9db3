"""Distances on the WGS-84 ellipsoid (C. F. F. Karney, "Algorithms for geodesics", 2013)."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable

from hedgerow.contracts.values import LonLat
from pyproj import Geod

from .network import Plant

_WGS84 = Geod(ellps="WGS84")
_SPHERE_M = 6_371_008.8
# Of a path on the ellipsoid, per metre of the same path on the sphere: between b²/a and a²/b,
# over the sphere's radius.
_SHORTEST = 0.994
_EXACT_M = 1e-6  # geodesics nearer to each other than this may come out equal


def distance_m(a: LonLat, b: LonLat) -> float:
    """Geodesic, good to 15 nanometres."""
    _, _, metres = _WGS84.inv(a.lon, a.lat, b.lon, b.lat)
    return float(metres)


def nearest(point: LonLat, plants: Iterable[Plant], count: int) -> list[tuple[float, Plant]]:
    """The `count` nearest plants with their geodesic distances in metres; equally near ones by
    code. A geodesic costs a hundred times what a great circle does, so it is computed only where
    the great circle leaves a doubt."""
    rough = sorted((_great_circle_m(point, plant.point), plant.code, plant) for plant in plants)
    exact: list[tuple[float, str, Plant]] = []
    for sphere_m, code, plant in rough:
        if len(exact) >= count and sphere_m * _SHORTEST > exact[count - 1][0] + _EXACT_M:
            break
        insort(exact, (distance_m(point, plant.point), code, plant))
    return [(metres, plant) for metres, _, plant in exact[:count]]


def _great_circle_m(a: LonLat, b: LonLat) -> float:
    half_lat = math.radians(b.lat - a.lat) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    over = math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat))
    root = math.sin(half_lat) ** 2 + over * math.sin(half_lon) ** 2
    return 2 * _SPHERE_M * math.asin(math.sqrt(min(1.0, root)))

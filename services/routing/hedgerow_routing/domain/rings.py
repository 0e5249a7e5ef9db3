"""Reading the rings of a GeoJSON Polygon or MultiPolygon (RFC 7946, sections 3.1.6 and 3.1.7),
also where a Feature or a FeatureCollection is around it (sections 3.2 and 3.3).

Every refusal names the member it is about: `geojson.coordinates.0.3` is the fourth position of
the first ring.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from hedgerow.contracts.datum import BadCoordinate
from hedgerow.errors import Invalid

MOST_VERTICES = 100_000
MOST_RINGS = 1_000

Position = tuple[float, float]
Ring = list[Position]
Rings = list[Ring]  # of one polygon: its border, then its holes


class BadArea(Invalid):
    code = "AREA_INVALID"


class AreaTooDetailed(Invalid):
    code = "AREA_TOO_DETAILED"


def read_polygons(geojson: Any, field: str) -> list[Rings]:
    """The polygons as lists of rings: degrees, longitude first, finite and in range; every ring
    closed. Other members, and a third coordinate, are left out. Raises Invalid.

    Map tools wrap what they export, so a Feature or a FeatureCollection of polygons is as good.
    """
    geometries = _geometries(geojson, field)
    given = [each for geometry, at in geometries for each in _parts(geometry, at)]
    whole = f"{geometries[0][1]}.coordinates" if len(geometries) == 1 else f"{field}.features"
    _check_size([polygon for polygon, _ in given], whole)
    return [[_ring(ring, at) for ring, at in _numbered(polygon, place)] for polygon, place in given]


def _geometries(geojson: Any, field: str) -> list[tuple[dict[str, Any], str]]:
    """With the field of each."""
    kind = geojson.get("type") if isinstance(geojson, dict) else None
    if kind in ("Polygon", "MultiPolygon"):
        return [(geojson, field)]
    if kind == "Feature":
        return _geometry(geojson, field)
    if kind == "FeatureCollection":
        features = read_features(geojson, field)
        if len(features) > MOST_RINGS:
            raise _too_detailed(f"{field}.features", f"{len(features)} features")
        return [each for feature, at in features for each in _geometry(feature, at)]
    raise _no_polygon(f"{field}.type")


def read_features(geojson: Any, field: str) -> list[tuple[dict[str, Any], str]]:
    """The features of a FeatureCollection, unread, with the field of each. Raises BadArea."""
    if not isinstance(geojson, dict) or geojson.get("type") != "FeatureCollection":
        raise BadArea(
            "A GeoJSON FeatureCollection is needed.",
            "需要 GeoJSON 的 FeatureCollection",
            field=f"{field}.type",
        )
    features = list(
        _numbered(_list(geojson.get("features"), f"{field}.features"), f"{field}.features")
    )
    for feature, at in features:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise _no_polygon(f"{at}.type")
    return features


def _geometry(feature: dict[str, Any], field: str) -> list[tuple[dict[str, Any], str]]:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise _no_polygon(f"{field}.geometry.type")
    return [(geometry, f"{field}.geometry")]


def _parts(geometry: dict[str, Any], field: str) -> list[tuple[list[Any], str]]:
    field = f"{field}.coordinates"
    coordinates = _list(geometry.get("coordinates"), field)
    if geometry["type"] == "Polygon":
        return [(coordinates, field)]
    return [(_list(each, at), at) for each, at in _numbered(coordinates, field)]


def _no_polygon(field: str) -> BadArea:
    return BadArea(
        "A GeoJSON Polygon or MultiPolygon is needed, or a Feature or FeatureCollection of those.",
        "需要 GeoJSON 的 Polygon 或 MultiPolygon，或由其组成的 Feature、FeatureCollection",
        field=field,
    )


def _check_size(polygons: list[list[Any]], field: str) -> None:
    rings = [ring for polygon in polygons for ring in polygon]
    vertices = sum(len(ring) for ring in rings if isinstance(ring, list | tuple))
    if len(rings) > MOST_RINGS or vertices > MOST_VERTICES:
        raise _too_detailed(field, f"{len(rings)} rings, {vertices} vertices")


def _too_detailed(field: str, detail: str) -> AreaTooDetailed:
    return AreaTooDetailed(
        f"An area has at most {MOST_RINGS:,} rings and {MOST_VERTICES:,} vertices.",
        f"区域最多 {MOST_RINGS} 个环、{MOST_VERTICES} 个顶点",
        field=field,
        detail=detail,
    )


def _ring(given: Any, field: str) -> Ring:
    positions = _list(given, field)
    ring = [_position(each, at) for each, at in _numbered(positions, field)]
    if len(ring) < 4:
        raise BadArea(
            f"A ring needs at least 4 positions, the last the same as the first; this has "
            f"{len(ring)}.",
            f"环至少需要 4 个位置且首尾相同，此环只有 {len(ring)} 个",
            field=field,
        )
    if ring[0] != ring[-1]:
        raise BadArea(
            f"The ring is not closed: it starts at {place(*ring[0])} and ends at "
            f"{place(*ring[-1])}.",
            f"环未闭合：起点 {place(*ring[0])}，终点 {place(*ring[-1])}",
            field=f"{field}.{len(ring) - 1}",
        )
    for position in range(1, len(ring)):
        if abs(ring[position][0] - ring[position - 1][0]) >= 180:
            raise BadArea(
                f"The edge to {place(*ring[position])} spans half the globe. An area that crosses "
                "the 180th meridian is refused, not split: cut it in two there (RFC 7946, section "
                "3.1.9).",
                f"到 {place(*ring[position])} 的边跨越半个地球。跨越 180 度经线的区域会被拒绝而不会"
                "自动切分，请在该经线处把它切成两块（RFC 7946 第 3.1.9 节）",
                field=f"{field}.{position}",
            )
    return ring


def _position(given: Any, field: str) -> Position:
    numbers = _list(given, field)
    if len(numbers) not in (2, 3):
        raise BadArea(
            "A position is longitude, latitude and perhaps a height.",
            "位置由经度、纬度及可选的高程组成",
            field=field,
        )
    for each, at in _numbered(numbers, field):
        if isinstance(each, bool) or not isinstance(each, int | float):
            raise BadCoordinate("A coordinate is a number.", "坐标必须是数字", field=at)
        if isinstance(each, float) and not math.isfinite(each):
            raise BadCoordinate("A coordinate is a finite number.", "坐标必须是有限数", field=at)
    for (each, at), most in zip(_numbered(numbers[:2], field), (180, 90), strict=True):
        if not -most <= each <= most:
            raise BadCoordinate(
                f"Degrees between -{most} and {most} are needed here; longitude comes first.",
                f"此处须为 -{most} 到 {most} 之间的度数；经度在前",
                field=at,
            )
    return float(numbers[0]), float(numbers[1])


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise BadArea("A list that is not empty is needed here.", "此处需要非空数组", field=field)
    return list(value)


def _numbered(values: list[Any], field: str) -> Iterator[tuple[Any, str]]:
    return ((value, f"{field}.{position}") for position, value in enumerate(values))


def place(lon: float, lat: float) -> str:
    """As people read it, to a centimetre: `[121.5, 29.8]`."""
    return f"[{round(lon, 7):.10g}, {round(lat, 7):.10g}]"

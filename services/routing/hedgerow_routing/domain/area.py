"""The ground that a fence drawn as polygons covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hedgerow.contracts.datum import from_wgs84, to_wgs84
from hedgerow.contracts.values import Datum, GeoPoint
from hedgerow.errors import Invalid
from pyproj import Geod
from shapely.geometry import LinearRing, MultiPolygon, Polygon, mapping
from shapely.geometry.polygon import orient
from shapely.validation import explain_validity

from .rings import BadArea, Position, Rings, place, read_polygons

_WGS84 = Geod(ellps="WGS84")
_AT = re.compile(r"(?P<fault>[^\[]+)\[(?P<lon>\S+) (?P<lat>\S+)\]")

# What GEOS calls a fault, and what we do.
_FAULTS = {
    "Self-intersection": ("The area crosses itself", "区域边界自相交"),
    "Ring Self-intersection": ("A ring touches itself", "环与自身相接"),
    "Hole lies outside shell": ("A hole lies outside its border", "洞位于外边界之外"),
    "Holes are nested": ("A hole lies in another hole", "洞中有洞"),
    "Interior is disconnected": ("The holes cut the area in pieces", "洞把区域切断"),
    "Nested shells": ("A part lies inside another part", "一个部分位于另一部分之内"),
    "Duplicate Rings": ("A ring is there twice", "环重复"),
    "Too few points in geometry component": ("A ring has no inside", "环没有内部"),
}


class DatumRequired(Invalid):
    code = "DATUM_REQUIRED"

    def __init__(self, field: str) -> None:
        super().__init__(
            "Say which datum the coordinates are in: WGS84, GCJ02 or BD09.",
            "必须注明坐标系：WGS84、GCJ02 或 BD09",
            field=field,
        )


@dataclass(frozen=True, slots=True)
class Area:
    """shape    in WGS-84
    area_m2  on the ellipsoid, to a whole square metre: ground drawn twice is equally large
    datum    that of the coordinates as they were given
    given    the polygons as they were given; None when that was in WGS-84
    """

    shape: MultiPolygon
    area_m2: float
    datum: Datum
    given: list[Rings] | None


def parse_area(
    geojson: Any, datum: Datum | None, *, field: str = "geojson", datum_field: str = "datum"
) -> Area:
    """Read a GeoJSON Polygon or MultiPolygon, or features of those. Borders come back counter-clockwise, holes
    clockwise.

    Each vertex is converted from `datum`; the edges between them are straight in WGS-84. Raises
    Invalid, naming the member that is wrong, or the coordinate where a ring crosses itself, in
    the datum it was given in.
    """
    if datum is None:
        raise DatumRequired(datum_field)
    given = read_polygons(geojson, field)
    _check(_shape(given), datum, datum, field)
    if datum is Datum.WGS84:
        shape = _shape(given)
        return Area(shape, measure_m2(shape, field), datum, None)
    converted = [[[_wgs84(at, datum) for at in ring] for ring in rings] for rings in given]
    shape = _shape(converted)
    _check(shape, Datum.WGS84, datum, field)
    return Area(shape, measure_m2(shape, field), datum, given)


def multipolygon(ground: Polygon | MultiPolygon) -> MultiPolygon:
    """The same: borders counter-clockwise, holes clockwise."""
    parts = ground.geoms if isinstance(ground, MultiPolygon) else [ground]
    return MultiPolygon([orient(each) for each in parts])


def geojson_of(area: MultiPolygon) -> dict[str, Any]:
    return {
        "type": "MultiPolygon",
        "coordinates": [
            [[list(at) for at in ring] for ring in polygon]
            for polygon in mapping(area)["coordinates"]
        ],
    }


def _shape(polygons: list[Rings]) -> MultiPolygon:
    return multipolygon(MultiPolygon([Polygon(rings[0], rings[1:]) for rings in polygons]))


def _wgs84(at: Position, datum: Datum) -> Position:
    point = to_wgs84(GeoPoint(*at, datum))
    return point.lon, point.lat


def _check(area: MultiPolygon, datum: Datum, named_in: Datum, field: str) -> None:
    if area.is_valid:
        return
    reason = explain_validity(area)
    found = _AT.fullmatch(reason)
    if found is None:
        raise BadArea(
            "This is not the border of an area.", "这不是一个区域的边界", field=field, detail=reason
        )
    at = to_wgs84(GeoPoint(float(found["lon"]), float(found["lat"]), datum))
    given = from_wgs84(at, named_in)
    en, zh = _FAULTS.get(found["fault"], (f"The area is not valid ({found['fault']})", "区域无效"))
    where = place(given.lon, given.lat)
    raise BadArea(f"{en} at {where}.", f"{zh}：{where}", field=field, detail=reason)


def measure_m2(area: MultiPolygon, field: str) -> float:
    """To a whole square metre. Raises BadArea."""
    area_m2 = sum(
        _ring_m2(part.exterior) - sum(map(_ring_m2, part.interiors)) for part in area.geoms
    )
    if round(area_m2) < 1:
        raise BadArea("The area is smaller than a square metre.", "区域小于一平方米", field=field)
    return float(round(area_m2))


def _ring_m2(ring: LinearRing) -> float:
    """C. F. F. Karney, "Algorithms for geodesics", 2013, section 6."""
    lons, lats = zip(*ring.coords[:-1], strict=True)
    area_m2, _ = _WGS84.polygon_area_perimeter(lons, lats)
    return abs(float(area_m2))

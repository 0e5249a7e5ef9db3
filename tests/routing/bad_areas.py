"""GeoJSON that is no area, by what is wrong with it: the code of the refusal, the member it names
below `geojson`, and a part of its sentence."""

from __future__ import annotations

import math
from typing import Any

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
HOLE = [[0.2, 0.2], [0.2, 0.8], [0.8, 0.8], [0.8, 0.2], [0.2, 0.2]]
BOWTIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*polygons: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


def moved(ring: list[list[float]], lon: float, lat: float = 0.0) -> list[list[float]]:
    return [[x + lon, y + lat] for x, y in ring]


def circle(vertices: int, lon: float = 120.0, lat: float = 30.0) -> list[list[float]]:
    turns = [2 * math.pi * n / (vertices - 1) for n in range(vertices - 1)]
    ring = [[lon + math.cos(turn), lat + math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


BAD = {
    "a ring that crosses itself": (polygon(BOWTIE), "AREA_INVALID", "", "[0.5, 0.5]"),
    "a ring that crosses itself in the second part": (
        multi([SQUARE], [moved(BOWTIE, 5)]),
        "AREA_INVALID",
        "",
        "crosses itself at [5.5, 0.5]",
    ),
    "a ring that touches itself": (
        polygon([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 1], [0, 0]]),
        "AREA_INVALID",
        "",
        "touches itself at [1, 1]",
    ),
    "a hole outside": (
        polygon(SQUARE, moved(HOLE, 3)),
        "AREA_INVALID",
        "",
        "outside its border at [3.2, 0.2]",
    ),
    "a hole in a hole": (
        polygon(
            moved([[x * 9, y * 9] for x, y in SQUARE], 0),
            moved(SQUARE, 2, 2),
            [[2.2, 2.2], [2.2, 2.8], [2.8, 2.8], [2.8, 2.2], [2.2, 2.2]],
        ),
        "AREA_INVALID",
        "",
        "in another hole at [2.2, 2.2]",
    ),
    "parts that overlap": (
        multi([SQUARE], [moved(SQUARE, 0.5)]),
        "AREA_INVALID",
        "",
        "crosses itself at [0.5, 1]",
    ),
    "a part inside another": (
        multi([SQUARE], [HOLE]),
        "AREA_INVALID",
        "",
        "inside another part at [0.2, 0.2]",
    ),
    "a part given twice": (
        multi([SQUARE], [SQUARE]),
        "AREA_INVALID",
        "",
        "crosses itself at [1, 1]",
    ),
    "a ring of one place": (polygon([[7, 8]] * 4), "AREA_INVALID", "", "no inside at [7, 8]"),
    "a ring that is a line": (
        polygon([[0, 0], [3, 0], [6, 0], [0, 0]]),
        "AREA_INVALID",
        "",
        "[",
    ),
    "less than a square metre": (
        polygon([[0, 0], [1e-6, 0], [1e-6, 1e-6], [0, 0]]),
        "AREA_INVALID",
        "",
        "square metre",
    ),
    "an open ring": (
        polygon([[0, 0], [1, 0], [1, 1], [0, 1]]),
        "AREA_INVALID",
        "coordinates.0.3",
        "starts at [0, 0] and ends at [0, 1]",
    ),
    "an open hole": (
        polygon(SQUARE, HOLE[:-1]),
        "AREA_INVALID",
        "coordinates.1.3",
        "starts at [0.2, 0.2] and ends at [0.8, 0.2]",
    ),
    "three positions": (
        polygon([[0, 0], [1, 0], [0, 0]]),
        "AREA_INVALID",
        "coordinates.0",
        "this has 3",
    ),
    "no positions": (polygon([]), "AREA_INVALID", "coordinates.0", "not empty"),
    "no rings": (polygon(), "AREA_INVALID", "coordinates", "not empty"),
    "a part without rings": (multi([SQUARE], []), "AREA_INVALID", "coordinates.1", "not empty"),
    "text for a number": (
        polygon([[0, 0], ["1", 0], [1, 1], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.1.0",
        "is a number",
    ),
    "null for a number": (
        multi([[[0, 0], [1, None], [1, 1], [0, 0]]]),
        "BAD_COORDINATE",
        "coordinates.0.0.1.1",
        "is a number",
    ),
    "true for a number": (
        polygon([[0, 0], [1, 0], [True, 1], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.2.0",
        "is a number",
    ),
    "not a number": (
        polygon([[0, 0], [1, 0], [1, math.nan], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.2.1",
        "finite",
    ),
    "infinity": (
        polygon([[0, 0], [-math.inf, 0], [1, 1], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.1.0",
        "finite",
    ),
    "an infinite height": (
        polygon([[0, 0], [1, 0, math.inf], [1, 1], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.1.2",
        "finite",
    ),
    "a longitude out of range": (
        polygon([[179, 0], [180.5, 0], [180.5, 1], [179, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.1.0",
        "-180 and 180",
    ),
    "latitude first": (
        polygon([[30, 120], [31, 120], [31, 121], [30, 120]]),
        "BAD_COORDINATE",
        "coordinates.0.0.1",
        "longitude comes first",
    ),
    "a number beyond all floats": (
        polygon([[0, 0], [10**400, 0], [1, 1], [0, 0]]),
        "BAD_COORDINATE",
        "coordinates.0.1.0",
        "-180 and 180",
    ),
    "a position of one number": (
        polygon([[0, 0], [1], [1, 1], [0, 0]]),
        "AREA_INVALID",
        "coordinates.0.1",
        "longitude, latitude",
    ),
    "a position of four numbers": (
        polygon([[0, 0], [1, 0, 0, 0], [1, 1], [0, 0]]),
        "AREA_INVALID",
        "coordinates.0.1",
        "longitude, latitude",
    ),
    "rings nested too deep": (polygon([SQUARE]), "AREA_INVALID", "coordinates.0.0", "longitude"),
    "rings not nested enough": (
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
        "AREA_INVALID",
        "coordinates.0.0.0",
        "list",
    ),
    "coordinates that are an object": (
        {"type": "Polygon", "coordinates": {"0": 1}},
        "AREA_INVALID",
        "coordinates",
        "list",
    ),
    "no coordinates": ({"type": "Polygon"}, "AREA_INVALID", "coordinates", "list"),
    "a point": ({"type": "Point", "coordinates": [1, 2]}, "AREA_INVALID", "type", "Polygon"),
    "a feature of a point": (
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}},
        "AREA_INVALID",
        "geometry.type",
        "Polygon",
    ),
    "a feature without a geometry": (
        {"type": "Feature", "geometry": None},
        "AREA_INVALID",
        "geometry.type",
        "Polygon",
    ),
    "a collection of nothing": (
        {"type": "FeatureCollection", "features": []},
        "AREA_INVALID",
        "features",
        "not empty",
    ),
    "a collection of geometries": (
        {"type": "FeatureCollection", "features": [polygon(SQUARE)]},
        "AREA_INVALID",
        "features.0.type",
        "Polygon",
    ),
    "a collection whose second feature is not closed": (
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": polygon(SQUARE)},
                {"type": "Feature", "geometry": polygon(moved(SQUARE, 5)[:-1])},
            ],
        },
        "AREA_INVALID",
        "features.1.geometry.coordinates.0.3",
        "not closed",
    ),
    "a collection of 1,001 features": (
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": polygon(SQUARE)}] * 1001,
        },
        "AREA_TOO_DETAILED",
        "features",
        "1,000 rings",
    ),
    "a collection of too many vertices": (
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": polygon(circle(50_001))}] * 2,
        },
        "AREA_TOO_DETAILED",
        "features",
        "100,000 vertices",
    ),
    "a type that is a list": ({"type": []}, "AREA_INVALID", "type", "Polygon"),
    "no object at all": ([1, 2], "AREA_INVALID", "type", "Polygon"),
    "nothing": (None, "AREA_INVALID", "type", "Polygon"),
    "an edge over the 180th meridian": (
        polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]),
        "AREA_INVALID",
        "coordinates.0.1",
        "180th meridian",
    ),
    "an edge of exactly half the globe": (
        polygon([[-90, 0], [90, 0], [0, 80], [-90, 0]]),
        "AREA_INVALID",
        "coordinates.0.1",
        "edge to [90, 0]",
    ),
    "100,001 vertices": (
        polygon(circle(100_001)),
        "AREA_TOO_DETAILED",
        "coordinates",
        "100,000 vertices",
    ),
    "100,001 vertices in many parts": (
        multi(*([circle(200, lon=n / 10)] for n in range(501))),
        "AREA_TOO_DETAILED",
        "coordinates",
        "100,000 vertices",
    ),
    "1,001 rings": (
        multi(*([moved(SQUARE, 0)] for _ in range(1001))),
        "AREA_TOO_DETAILED",
        "coordinates",
        "1,000 rings",
    ),
}

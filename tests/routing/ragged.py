"""Areas as awkward as real borders are, and points where a look-up is most likely to be wrong."""

from __future__ import annotations

import gzip
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box, shape

Places = NDArray[np.float64]
Line = list[tuple[float, float]]

STATES = Path(os.environ.get("HEDGEROW_REAL_ORDERS", "/nonexistent")) / "states.geojson.gz"
WEST, SOUTH, EAST, NORTH = 112.0, 26.0, 120.0, 34.0


def areas(chance: np.random.Generator, side: int = 5, detail: int = 5) -> list[MultiPolygon]:
    """Neighbours that share their borders, some with holes and enclaves; slivers; boxes side by
    side; a comb; and the real states where they are there."""
    found = [*_neighbours(chance, side, detail), *_slivers(chance), *_boxes(), _comb()]
    found += states()
    made = [each if isinstance(each, MultiPolygon) else MultiPolygon([each]) for each in found]
    assert all(each.is_valid for each in made)
    return made


def states() -> list[Polygon | MultiPolygon]:
    if not STATES.is_file():
        return []
    with gzip.open(STATES, "rt") as file:
        read = [shape(each["geometry"]) for each in json.load(file)["features"]]
    return [each if each.is_valid else _mended(each) for each in read]


def _mended(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    parts = shapely.get_parts(shapely.make_valid(area))
    return shapely.union_all([part for part in parts if part.geom_type != "LineString"])


def _neighbours(chance: np.random.Generator, side: int, detail: int) -> Iterator[Polygon]:
    step = (EAST - WEST) / side
    jolt = chance.uniform(-0.2, 0.2, (side + 1, side + 1, 2)) * step
    corners = [
        [
            (WEST + step * (c + jolt[c, r, 0]), SOUTH + step * (r + jolt[c, r, 1]))
            for r in range(side + 1)
        ]
        for c in range(side + 1)
    ]
    across = [
        [_fractal(chance, corners[c][r], corners[c + 1][r], detail) for r in range(side + 1)]
        for c in range(side)
    ]
    along = [
        [_fractal(chance, corners[c][r], corners[c][r + 1], detail) for r in range(side)]
        for c in range(side + 1)
    ]
    for c in range(side):
        for r in range(side):
            ring = [*across[c][r], *along[c + 1][r], *across[c][r + 1][::-1], *along[c][r][::-1]]
            area = Polygon(ring)
            if not area.is_valid:
                continue
            if (c + r) % 2:
                hole = area.representative_point().buffer(0.05 * step, 3)
                if area.contains(hole):
                    yield hole  # an enclave: its border is the hole's
                    area = Polygon(ring, [hole.exterior.coords])
            yield area


def _fractal(
    chance: np.random.Generator, start: tuple[float, float], end: tuple[float, float], detail: int
) -> Line:
    """From start to end, by displaced midpoints."""
    line = [start, end]
    for _ in range(detail):
        finer = []
        for (ax, ay), (bx, by) in zip(line, line[1:], strict=False):
            shift = chance.uniform(-0.25, 0.25)
            middle = ((ax + bx) / 2 - shift * (by - ay), (ay + by) / 2 + shift * (bx - ax))
            finer += [(ax, ay), middle]
        line = [*finer, end]
    return line


def _slivers(chance: np.random.Generator) -> Iterator[Polygon]:
    for width in (1e-4, 1e-6, 1e-9):
        for _ in range(6):
            x, y = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
            turn = chance.uniform(0, math.tau)
            dx, dy = math.cos(turn), math.sin(turn)
            yield Polygon(
                [(x, y), (x + dx, y + dy), (x + dx / 2 - width * dy, y + dy / 2 + width * dx)]
            )


def _boxes() -> Iterator[Polygon]:
    for n in range(4):
        yield box(115.0 + n, 29.0, 116.0 + n, 30.0)
        yield box(115.1, 29.0 + n / 10, 115.3, 29.1 + n / 10)


def _comb() -> Polygon:
    """Teeth of one height: their tips are level, and so are the gaps."""
    ring = [(113.0, 31.0)]
    for tooth in range(40):
        x = 113.0 + tooth / 40
        ring += [(x, 32.0), (x + 1 / 80, 31.5)]
    return Polygon([*ring, (114.0, 32.0), (114.0, 31.0)])


def with_short_edges() -> Iterator[Polygon]:
    for short in (2e-13, 8e-13, 5e-12):
        yield Polygon(
            [(116.0, 27.0), (117.0, 27.0), (117.0, 27.5), (117.0, 27.5 + short), (116.0, 28.0)]
        )


def edges_of(areas: list[MultiPolygon]) -> tuple[Places, Places]:
    rings = shapely.get_rings(shapely.get_parts(areas))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    return np.concatenate([line[:-1] for line in lines]), np.concatenate(
        [line[1:] for line in lines]
    )


def points(chance: np.random.Generator, areas: list[MultiPolygon], count: int) -> dict[str, Places]:
    """About `count` points, by what is awkward about them."""
    start, end = edges_of(areas)
    share = count // 10
    pick = chance.integers(0, len(start), share)
    along = chance.uniform(0, 1, (share, 1))
    on_edges = start[pick] + along * (end[pick] - start[pick])
    middles = (start[pick] + end[pick]) / 2
    vertices = start[chance.integers(0, len(start), share)]
    crossing = np.column_stack(
        [start[chance.permutation(pick), 0], start[chance.permutation(pick), 1]]
    )
    around = shapely.bounds(areas)[chance.integers(0, len(areas), 4 * share)]
    anywhere = chance.uniform(around[:, :2], around[:, 2:])
    return {
        "anywhere": anywhere,
        "level": np.column_stack([anywhere[:share, 0], crossing[:, 1]]),
        "in cell corners": crossing,
        "close by": on_edges + chance.normal(0, 1e-4, (share, 2)),
        "as close as can be": np.nextafter(
            np.concatenate([middles, on_edges, vertices]),
            chance.choice([-1e9, 1e9], (3 * share, 2)),
        )[::3],
        "on edges": on_edges,
        "on middles": middles,
        "on vertices": vertices,
    }

"""The edges of many areas, and the cells of a grid that they touch. Arrays, and in portions: numpy
lets no other thread on while it works on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

AREAS_AT_ONCE = 500
EDGES_AT_ONCE = 50_000
# How exactly it is known where an edge enters a cell, with much to spare.
_NEAR_DEG = 1e-9

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Array = TypeVar("Array", bound=NDArray[Any])


@dataclass(frozen=True, slots=True)
class Edges:
    """ends  x and y of the southern end, x and y of the northern one; owner  number of the area"""

    ends: Floats
    owner: Numbers

    @classmethod
    def of(cls, areas: Sequence[BaseGeometry]) -> Edges:
        some = [
            _edges(areas[start : start + AREAS_AT_ONCE], start)
            for start in range(0, max(1, len(areas)), AREAS_AT_ONCE)
        ]
        ends, owner = zip(*some, strict=True)
        return cls(joined(ends), joined(owner))

    def __len__(self) -> int:
        return len(self.owner)

    def rows_passed(self, rows: Floats) -> int:
        """In how many rows how many edges lie."""
        south, north = self.ends[:, 1], self.ends[:, 3]
        passed = rows.searchsorted(north, "right") - rows.searchsorted(south, "right") + 1
        return int(passed.sum())


def _edges(areas: Sequence[BaseGeometry], first: int) -> tuple[Floats, Numbers]:
    parts, area = shapely.get_parts(np.array(areas, dtype=object), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    goes_on = (ring[:-1] == ring[1:]) & (places[:-1] != places[1:]).any(axis=1)
    start, end = places[:-1][goes_on], places[1:][goes_on]
    up = (start[:, 1] <= end[:, 1])[:, None]
    ends = np.hstack([np.where(up, start, end), np.where(up, end, start)])
    return ends, first + area[part[ring[:-1][goes_on]]]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Of an area in a row, the columns after `before` and up to `last`. line  area * rows + row"""

    line: Numbers
    before: Numbers
    last: Numbers

    @property
    def cells(self) -> int:
        return int((self.last - self.before).sum())

    def within(self, west: int, east: int) -> Stretches:
        """What of them lies in the columns from west to before east."""
        here = (self.before < east - 1) & (self.last >= west)
        before = np.maximum(self.before[here], west - 1)
        return Stretches(self.line[here], before, np.minimum(self.last[here], east - 1))


@dataclass(frozen=True, slots=True)
class Runs:
    """Of `edge` in `row` the columns `first` to `last`, which may be one too many, never too few.
    crosses  whether it crosses the row's southern side"""

    edge: Numbers
    row: Numbers
    first: Numbers
    last: Numbers
    crosses: NDArray[np.bool_]

    @classmethod
    def of(cls, edges: Edges, columns: Floats, rows: Floats) -> Runs:
        some = [
            _runs(edges.ends[start : start + EDGES_AT_ONCE], start, columns, rows)
            for start in range(0, max(1, len(edges)), EDGES_AT_ONCE)
        ]
        return cls(*map(joined, zip(*some, strict=True)))

    @property
    def cells(self) -> int:
        return int((self.last - self.first + 1).sum())

    def within(self, west: int, east: int) -> Runs:
        """What of them lies in the columns from west to before east."""
        here = (self.first < east) & (self.last >= west)
        return Runs(
            self.edge[here],
            self.row[here],
            np.maximum(self.first[here], west),
            np.minimum(self.last[here], east - 1),
            self.crosses[here],
        )

    def inside(self, owner: Numbers, rows: int, columns: int) -> Stretches:
        """Cells whose south-western corner has, of the edges that do not touch the cell, an odd
        number to its west. A ring crosses a line an even number of times."""
        line = owner[self.edge[self.crosses]] * rows + self.row[self.crosses]
        line, column = np.divmod(np.sort(line * columns + self.last[self.crosses]), columns)
        return Stretches(line[0::2], column[0::2], column[1::2])


def _runs(
    ends: Floats, first: int, columns: Floats, rows: Floats
) -> tuple[Numbers, Numbers, Numbers, Numbers, NDArray[np.bool_]]:
    lowest = rows.searchsorted(ends[:, 1], "right")
    edge, step = spread(rows.searchsorted(ends[:, 3], "right") - lowest + 1)
    row = lowest[edge] + step
    ax, ay, bx, by = ends[edge].T
    side = np.concatenate([[-np.inf], rows, [np.inf]])
    bottom, top = side[row], side[row + 1]
    level = ay == by
    lean = (bx - ax) / np.where(level, 1.0, by - ay)
    at_bottom = np.where(level, ax, ax + (np.maximum(ay, bottom) - ay) * lean)
    at_top = np.where(level, bx, ax + (np.minimum(by, top) - ay) * lean)
    west = columns.searchsorted(np.minimum(at_bottom, at_top) - _NEAR_DEG, "right")
    east = columns.searchsorted(np.maximum(at_bottom, at_top) + _NEAR_DEG, "right")
    return first + edge, row, west, east, (ay <= bottom) & (by > bottom)


def spread(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Each position as often as its count says, and how often it was there before."""
    position = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return position, np.arange(len(position)) - before[position]


def joined(pieces: Sequence[Array]) -> Array:
    """One after the other, copied piece by piece."""
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    whole = np.empty((ends[-1], *pieces[0].shape[1:]), dtype=pieces[0].dtype)
    for piece, end in zip(pieces, ends, strict=True):
        whole[end - len(piece) : end] = piece
    return whole  # type: ignore[return-value]

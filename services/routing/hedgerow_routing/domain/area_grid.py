"""A grid over many areas: for each cell the areas that fill it, and the edges that cross it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

EDGES_A_CELL = 4
MOST_ENTRIES = 1_000_000
MOST_ENTRIES_AN_EDGE = 4
# How exactly it is known where an edge enters a cell, with much to spare.
_NEAR_DEG = 1e-9
_WEST_OF_ALL, _NORTH_OF_ALL = -1000.0, 1000.0

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns and rows begin at vertices, and are narrow where there are many. Cell `c * rows + r`, to
    which its western and its southern side belong, has

    filled[filled_from[cell] : filled_from[cell + 1]], the numbers of the areas that fill it;

    crossed[crossed_from[cell] : crossed_from[cell + 1]], twice the number of each area whose border
    crosses it, plus 1 if an odd number of edges that do not touch the cell pass south-west of it;

    edges[edges_from[entry] : edges_from[entry + 1]] of each of those entries: x and y of an edge's
    southern end, x and y of its northern one. A point of the cell is in the area when an odd number
    of them lies to its west, the 1 counted with them. Where a border leaves the cell westward, an
    edge far in the west stands for what it does out there.
    """

    columns: Floats
    rows: Floats
    filled_from: NDArray[np.int32]
    filled: NDArray[np.int32]
    crossed_from: NDArray[np.int32]
    crossed: NDArray[np.int32]
    edges_from: NDArray[np.int32]
    edges: Floats

    @property
    def nbytes(self) -> int:
        return sum(getattr(self, name).nbytes for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Edges:
    """ends  x and y of the southern end, x and y of the northern one; owner is the area's number"""

    ends: Floats
    owner: Numbers

    @classmethod
    def of(cls, areas: Sequence[BaseGeometry]) -> Edges:
        parts, area = shapely.get_parts(np.array(areas, dtype=object), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        places, ring = shapely.get_coordinates(rings, return_index=True)
        goes_on = (ring[:-1] == ring[1:]) & (places[:-1] != places[1:]).any(axis=1)
        first, second = places[:-1][goes_on], places[1:][goes_on]
        up = (first[:, 1] <= second[:, 1])[:, None]
        ends = np.hstack([np.where(up, first, second), np.where(up, second, first)])
        return cls(ends, area[part[ring[:-1][goes_on]]])

    def __len__(self) -> int:
        return len(self.owner)


def lay_grid(edges: Edges, areas: int, check: Callable[[], None]) -> Grid:
    """A grid over the edges of so many areas. `check` is called between the steps, and may raise
    to end the work."""
    most = MOST_ENTRIES + MOST_ENTRIES_AN_EDGE * len(edges)
    steps = max(1, round((len(edges) / EDGES_A_CELL) ** 0.5))
    while True:
        columns, rows = _bounds(edges.ends[:, 0::2], steps), _bounds(edges.ends[:, 1::2], steps)
        check()
        if _rows_passed(edges, rows) <= most or steps == 1:
            runs = _Runs.of(edges, columns, rows)
            check()
            stretches = runs.inside(edges.owner, len(rows) + 1, len(columns) + 1)
            if runs.cells + stretches.cells <= most or steps == 1:
                break
        steps //= 2  # large areas upon one another, or long edges: a coarser grid repeats them less
    return _Cells(edges, columns, rows, areas).grid(runs, stretches, check)


def _bounds(places: Floats, steps: int) -> Floats:
    """Coordinates with about as many vertices between any two; the least and the greatest are
    among them."""
    ordered = np.sort(places, axis=None)
    at = np.linspace(0, len(ordered) - 1, min(steps + 1, len(ordered))).round().astype(np.int64)
    return np.unique(ordered[at])


def _rows_passed(edges: Edges, rows: Floats) -> int:
    south, north = edges.ends[:, 1], edges.ends[:, 3]
    return int((rows.searchsorted(north, "right") - rows.searchsorted(south, "right") + 1).sum())


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Of an area in a row, the columns after `before` and up to `last`. line  area * rows + row"""

    line: Numbers
    before: Numbers
    last: Numbers

    @property
    def cells(self) -> int:
        return int((self.last - self.before).sum())


@dataclass(frozen=True, slots=True)
class _Runs:
    """Of `edge` in `row` the columns `first` to `last`, which may be one too many, never too few.
    crosses  whether it crosses the row's southern side"""

    edge: Numbers
    row: Numbers
    first: Numbers
    last: Numbers
    crosses: NDArray[np.bool_]

    @classmethod
    def of(cls, edges: Edges, columns: Floats, rows: Floats) -> _Runs:
        south, north = edges.ends[:, 1], edges.ends[:, 3]
        lowest = rows.searchsorted(south, "right")
        edge, step = _spread(rows.searchsorted(north, "right") - lowest + 1)
        row = lowest[edge] + step
        ax, ay, bx, by = edges.ends[edge].T
        side = np.concatenate([[-np.inf], rows, [np.inf]])
        bottom, top = side[row], side[row + 1]
        level = ay == by
        lean = (bx - ax) / np.where(level, 1.0, by - ay)
        at_bottom = np.where(level, ax, ax + (np.maximum(ay, bottom) - ay) * lean)
        at_top = np.where(level, bx, ax + (np.minimum(by, top) - ay) * lean)
        west = np.minimum(at_bottom, at_top) - _NEAR_DEG
        east = np.maximum(at_bottom, at_top) + _NEAR_DEG
        return cls(
            edge,
            row,
            columns.searchsorted(west, "right"),
            columns.searchsorted(east, "right"),
            (ay <= bottom) & (by > bottom),
        )

    @property
    def cells(self) -> int:
        return int((self.last - self.first + 1).sum())

    def inside(self, owner: Numbers, rows: int, columns: int) -> _Stretches:
        """Cells whose south-western corner has, of the edges that do not touch the cell, an odd
        number to its west. A ring crosses a line an even number of times."""
        line = owner[self.edge[self.crosses]] * rows + self.row[self.crosses]
        line, column = np.divmod(np.sort(line * columns + self.last[self.crosses]), columns)
        return _Stretches(line[0::2], column[0::2], column[1::2])


@dataclass(frozen=True, slots=True)
class _Cells:
    edges: Edges
    columns: Floats
    rows: Floats
    areas: int

    def grid(self, runs: _Runs, stretches: _Stretches, check: Callable[[], None]) -> Grid:
        inside = self._inside(stretches)
        check()
        entry, ends = self._crossings(runs)
        check()
        order = np.argsort(entry, kind="stable")
        entry, ends = entry[order], ends[order]
        crossed, edges_from = np.unique(entry, return_index=True)
        check()
        filled = inside[~np.isin(inside, crossed, kind="sort")]
        odd = np.isin(crossed, inside, kind="sort")
        cells = (len(self.columns) + 1) * (len(self.rows) + 1)
        starts = np.arange(cells + 1) * self.areas
        return Grid(
            self.columns,
            self.rows,
            filled.searchsorted(starts).astype(np.int32),
            (filled % self.areas).astype(np.int32),
            crossed.searchsorted(starts).astype(np.int32),
            (crossed % self.areas * 2 + odd).astype(np.int32),
            np.append(edges_from, len(entry)).astype(np.int32),
            ends,
        )

    def _entry(self, column: Numbers, row: Numbers, area: Numbers) -> Numbers:
        return (column * (len(self.rows) + 1) + row) * self.areas + area

    def _inside(self, stretches: _Stretches) -> Numbers:
        stretch, step = _spread(stretches.last - stretches.before)
        area, row = np.divmod(stretches.line[stretch], len(self.rows) + 1)
        return np.sort(self._entry(stretches.before[stretch] + 1 + step, row, area))

    def _crossings(self, runs: _Runs) -> tuple[Numbers, Floats]:
        """Entries with the edges that touch their cells, and with those that stand for the rest
        of a border west of them."""
        run, step = _spread(runs.last - runs.first + 1)
        row, column = runs.row[run], runs.first[run] + step
        ends = self.edges.ends[runs.edge[run]]
        entry = self._entry(column, row, self.edges.owner[runs.edge[run]])
        left = np.concatenate([[-np.inf], self.columns])[column]
        side = np.concatenate([[-np.inf], self.rows, [np.inf]])
        bottom, top = side[row], side[row + 1]
        leaves: list[tuple[Numbers, Floats]] = []
        for x, y in (ends[:, 0:2].T, ends[:, 2:4].T):
            west = (x <= left) & (y > bottom) & (y < top)
            leaves.append((entry[west], y[west]))
        beyond, height = _odd(*map(np.concatenate, zip(*leaves, strict=True)))
        stand_in = np.empty((len(beyond), 4))
        stand_in[:] = _WEST_OF_ALL, 0.0, _WEST_OF_ALL, _NORTH_OF_ALL
        stand_in[:, 1] = height
        return np.concatenate([entry, beyond]), np.concatenate([ends, stand_in])


def _odd(entry: Numbers, height: Floats) -> tuple[Numbers, Floats]:
    """Pairs that are there an odd number of times. At the others a border only passes from one
    edge that is listed to the next."""
    order = np.lexsort((height, entry))
    entry, height = entry[order], height[order]
    new = np.ones(len(entry), dtype=bool)
    new[1:] = (entry[1:] != entry[:-1]) | (height[1:] != height[:-1])
    first = np.flatnonzero(new)
    times = np.diff(np.append(first, len(entry)))
    kept = first[times % 2 == 1]
    return entry[kept], height[kept]


def _spread(counts: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Each position as often as its count says, and how often it was there before."""
    position = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return position, np.arange(len(position)) - before[position]

"""A grid over many areas: for each cell the areas that fill it, and the edges that cross it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .area_edges import Edges, Floats, Numbers, Runs, Stretches, joined, spread

EDGES_A_CELL = 4
MOST_ENTRIES = 1_000_000
MOST_ENTRIES_AN_EDGE = 4
ENTRIES_AT_ONCE = 100_000
_WEST_OF_ALL, _NORTH_OF_ALL = -1000.0, 1000.0


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


def lay_grid(edges: Edges, areas: int, check: Callable[[], None]) -> Grid:
    """A grid over the edges of so many areas. `check` is called between the steps, and may raise
    to end the work."""
    most = MOST_ENTRIES + MOST_ENTRIES_AN_EDGE * len(edges)
    steps = max(1, round((len(edges) / EDGES_A_CELL) ** 0.5))
    while True:
        columns, rows = _bounds(edges.ends[:, 0::2], steps), _bounds(edges.ends[:, 1::2], steps)
        check()
        if edges.rows_passed(rows) <= most or steps == 1:
            runs = Runs.of(edges, columns, rows)
            check()
            stretches = runs.inside(edges.owner, len(rows) + 1, len(columns) + 1)
            entries = runs.cells + stretches.cells
            if entries <= most or steps == 1:
                break
        steps //= 2  # large areas upon one another, or long edges: a coarser grid repeats them less
    strips = []
    for west, east in pairwise(_strips(len(columns) + 1, entries)):
        strips.append(_Strip.of(edges, areas, columns, rows, runs, stretches, west, east))
        check()
    return Grid(
        columns,
        rows,
        _begins([strip.filled_counts for strip in strips]),
        joined([strip.filled for strip in strips]),
        _begins([strip.crossed_counts for strip in strips]),
        joined([strip.crossed for strip in strips]),
        _begins([strip.edges_counts for strip in strips]),
        joined([strip.edges for strip in strips]),
    )


def _bounds(places: Floats, steps: int) -> Floats:
    """Coordinates with about as many vertices between any two; the least and the greatest are
    among them."""
    ordered = np.sort(places, axis=None)
    at = np.linspace(0, len(ordered) - 1, min(steps + 1, len(ordered))).round().astype(np.int64)
    return np.unique(ordered[at])


def _strips(columns: int, entries: int) -> list[int]:
    """The columns at which strips of the grid begin, and the one after the last."""
    strips = min(columns, 1 + entries // ENTRIES_AT_ONCE)
    return [columns * strip // strips for strip in range(strips + 1)]


def _begins(counts: list[Numbers]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(joined(counts))]).astype(np.int32)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Some columns of the grid, with the lengths of its parts where the grid has their beginnings."""

    filled_counts: Numbers
    filled: NDArray[np.int32]
    crossed_counts: Numbers
    crossed: NDArray[np.int32]
    edges_counts: Numbers
    edges: Floats

    @classmethod
    def of(
        cls,
        edges: Edges,
        areas: int,
        columns: Floats,
        rows: Floats,
        runs: Runs,
        stretches: Stretches,
        west: int,
        east: int,
    ) -> _Strip:
        height = len(rows) + 1
        inside = _inside(stretches.within(west, east), height, areas)
        entry, ends = _crossings(runs.within(west, east), edges, columns, rows, areas)
        order = np.argsort(entry, kind="stable")
        entry, ends = entry[order], ends[order]
        crossed, first = np.unique(entry, return_index=True)
        filled = inside[~np.isin(inside, crossed, kind="sort")]
        odd = np.isin(crossed, inside, kind="sort")
        cells = np.arange(west * height, east * height + 1) * areas
        return cls(
            np.diff(filled.searchsorted(cells)),
            (filled % areas).astype(np.int32),
            np.diff(crossed.searchsorted(cells)),
            (crossed % areas * 2 + odd).astype(np.int32),
            np.diff(np.append(first, len(entry))),
            ends,
        )


def _inside(stretches: Stretches, height: int, areas: int) -> Numbers:
    """Cell and area, as one number, of every cell of the stretches; in order."""
    stretch, step = spread(stretches.last - stretches.before)
    area, row = np.divmod(stretches.line[stretch], height)
    return np.sort(((stretches.before[stretch] + 1 + step) * height + row) * areas + area)


def _crossings(
    runs: Runs, edges: Edges, columns: Floats, rows: Floats, areas: int
) -> tuple[Numbers, Floats]:
    """Cell and area, as one number, with each edge that touches the cell, and with those that
    stand for what a border does west of it."""
    run, step = spread(runs.last - runs.first + 1)
    row, column = runs.row[run], runs.first[run] + step
    edge = runs.edge[run]
    ends = edges.ends[edge]
    entry = (column * (len(rows) + 1) + row) * areas + edges.owner[edge]
    left = np.concatenate([[-np.inf], columns])[column]
    side = np.concatenate([[-np.inf], rows, [np.inf]])
    bottom, top = side[row], side[row + 1]
    leaves: list[tuple[Numbers, Floats]] = []
    for x, y in (ends[:, 0:2].T, ends[:, 2:4].T):
        west = (x <= left) & (y > bottom) & (y < top)
        leaves.append((entry[west], y[west]))
    beyond, heights = _odd(*map(np.concatenate, zip(*leaves, strict=True)))
    stand_in = np.empty((len(beyond), 4))
    stand_in[:] = _WEST_OF_ALL, 0.0, _WEST_OF_ALL, _NORTH_OF_ALL
    stand_in[:, 1] = heights
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

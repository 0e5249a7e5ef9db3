"""Which areas cover a point, asked in memory.

PostGIS is the authority. Where a rounding might decide, the index does not: it names the point.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from hedgerow.contracts.values import LonLat

from .area_edges import Edges
from .area_grid import lay_grid
from .assignment import CoveringArea
from .placed_area import PlacedArea

# PostGIS takes the sign of the determinant `side` below in doubles, seen from either end of the edge.
# The error is at most 3 units in the last place of the sum of the two products (J. R. Shewchuk,
# "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997, section
# 4.3), and that sum at most three times the edge's width by its height, unless the point is so far
# away that the sign is sure. Here it may be wrong by 9, there by 9: up to 32 nobody knows.
_DOUBT = 32 * 2.0**-53
_EDGE = struct.Struct("4d")


class AreaIndex:
    """The areas valid at an instant. It is never changed: other areas are another index.

    vertices  of its areas
    bytes     that its grid takes
    """

    def __init__(
        self,
        areas: Sequence[PlacedArea],
        at: datetime,
        since: datetime,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """areas  all that are valid at `at` or at any other time after `since`
        check  called between the steps of the work; to end it, it raises
        """
        turns = [each for area in areas for each in (area.valid_from, area.valid_to) if each]
        self._since = max((each for each in turns if since <= each <= at), default=since)
        self._until = min((each for each in turns if each > at), default=None)
        held = [area for area in areas if area.valid(at)]
        uncertain = [area.uncertain for area in held if area.uncertain is not None]
        self._keys = [area.key for area in held]
        edges = Edges.of([*(area.shape for area in held), *uncertain])
        check()
        grid = lay_grid(edges, max(1, len(held) + len(uncertain)), check)
        self._has_uncertain = bool(uncertain)
        self.vertices = len(edges)
        self.bytes = grid.nbytes
        self._columns, self._rows = grid.columns.tolist(), grid.rows.tolist()
        self._filled_from, self._filled = grid.filled_from.data, grid.filled.data
        self._crossed_from, self._crossed = grid.crossed_from.data, grid.crossed.data
        self._edges_from, self._edges = (
            grid.edges_from.data,
            grid.edges.reshape(-1).view(np.uint8).data,
        )

    def holds(self, at: datetime) -> bool:
        """Whether the same areas are valid at `at`."""
        return self._since <= at and (self._until is None or at < self._until)

    def covering(self, points: Sequence[LonLat]) -> tuple[list[list[CoveringArea]], list[int]]:
        """For each point the areas that cover it, in no order; and the positions of the points of
        which only PostGIS can tell, because they are as good as on a border."""
        covering: list[list[CoveringArea]] = []
        untold: list[int] = []
        for position, point in enumerate(points):
            found = self._at(point.lon, point.lat)
            if found is None:
                untold.append(position)
            covering.append(found or [])
        return covering, untold

    def _at(self, x: float, y: float) -> list[CoveringArea] | None:
        """None where it cannot be told."""
        cell = bisect_right(self._columns, x) * (len(self._rows) + 1) + bisect_right(self._rows, y)
        filled, crossed = self._filled_from, self._crossed_from
        covering: list[int] = self._filled[filled[cell] : filled[cell + 1]].tolist()
        for entry in range(crossed[cell], crossed[cell + 1]):
            area = self._crossed[entry]
            start, end = self._edges_from[entry], self._edges_from[entry + 1]
            inside = area & 1
            for ax, ay, bx, by in _EDGE.iter_unpack(self._edges[32 * start : 32 * end]):
                if ay <= y <= by:
                    width, height = bx - ax, by - ay
                    side = width * (y - ay) - (x - ax) * height
                    if abs(side) <= _DOUBT * abs(width) * height and (
                        height or ax <= x <= bx or bx <= x <= ax
                    ):
                        return None
                    if side < 0 and y < by:
                        inside ^= 1
            if inside:
                covering.append(area >> 1)
        keys = self._keys
        if self._has_uncertain and any(area >= len(keys) for area in covering):
            return None
        return [keys[area] for area in covering]

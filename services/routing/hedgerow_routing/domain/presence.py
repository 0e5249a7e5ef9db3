"""Whether someone is at a plant."""

from __future__ import annotations

from collections.abc import Iterable

from hedgerow.contracts.values import LonLat

from .distance import distance_m

# A point computed to lie on the edge comes out some nanometres off it.
_ROUNDING_M = 1e-6


def is_present(point: LonLat, circles: Iterable[tuple[LonLat, float]]) -> bool:
    """Is the point in one of the circles (centre, radius in metres)? The edge is inside."""
    return any(distance_m(point, centre) <= radius_m + _ROUNDING_M for centre, radius_m in circles)

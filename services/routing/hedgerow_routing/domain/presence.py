"""Whether someone is at a plant, as far as their position can tell.

A position is a disc: a point, and the radius of its uncertainty. Whoever is inside wherever in the
disc they are is INSIDE, likewise OUTSIDE; a disc that the fence's edge crosses leaves it UNCERTAIN.
"""

from __future__ import annotations

from hedgerow.contracts.values import LonLat, PresenceVerdict
from hedgerow.errors import Invalid

from .distance import distance_m

MOST_ACCURACY_M = 10_000.0
# A point computed to lie on the edge comes out some nanometres off it.
_ROUNDING_M = 1e-6


class BadAccuracy(Invalid):
    code = "ACCURACY_INVALID"


def accuracy(accuracy_m: float, field: str) -> float:
    """Raises BadAccuracy."""
    if not 0 <= accuracy_m <= MOST_ACCURACY_M:  # false for NaN too
        raise BadAccuracy(
            f"An accuracy is 0 to {MOST_ACCURACY_M:.0f} metres.",
            f"定位精度须为 0 至 {MOST_ACCURACY_M:.0f} 米",
            field=field,
        )
    return accuracy_m


def from_circle_m(point: LonLat, centre: LonLat, radius_m: float) -> float:
    """How far the point is from the edge, negative inside."""
    return distance_m(point, centre) - radius_m


def verdict_of(distance_m: float | None, accuracy_m: float) -> PresenceVerdict:
    """distance_m  from the nearest edge, negative inside; None where there is no fence at all.
    The edge is inside. Without uncertainty there is no UNCERTAIN."""
    if distance_m is not None and distance_m <= _ROUNDING_M - accuracy_m:
        return PresenceVerdict.INSIDE
    if distance_m is None or distance_m > accuracy_m + _ROUNDING_M:
        return PresenceVerdict.OUTSIDE
    return PresenceVerdict.UNCERTAIN

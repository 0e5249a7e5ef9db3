"""How far is too far."""

from __future__ import annotations

from hedgerow.contracts.routing import RoutingLimitsView
from hedgerow.errors import Invalid

from .network import DEFAULT_MAX_DISTANCE_KM

NEVER_SET = RoutingLimitsView(max_distance_km=DEFAULT_MAX_DISTANCE_KM, version=0)
HALF_ROUND_KM = 20_040.0  # no two places are further apart


class BadLimit(Invalid):
    code = "LIMIT_INVALID"


def new_limits(max_distance_km: float, *, version: int) -> RoutingLimitsView:
    if not 0 < max_distance_km <= HALF_ROUND_KM:  # false for NaN too
        raise BadLimit(
            f"The greatest distance is more than 0 and at most {HALF_ROUND_KM:.0f} km.",
            f"最大距离须大于 0 且不超过 {HALF_ROUND_KM:.0f} 公里",
            field="max_distance_km",
        )
    return RoutingLimitsView(max_distance_km=max_distance_km, version=version)

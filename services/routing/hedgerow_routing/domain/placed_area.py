"""Areas as the index takes them: which ground they surely cover, and where that is uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import shapely
from hedgerow.contracts.values import LonLat
from pyproj import Geod
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from .assignment import CoveringArea

_WGS84 = Geod(ellps="WGS84")
_CORNERS = 128
# A chord of a 128th runs 0.03 % of the radius inside its circle; edges that are straight in degrees
# stray from geodesics by less, up to the largest radius a fence may have and 80 degrees north.
_MARGIN = 0.005
_METRES_A_DEGREE = 110_574.0
_MOST_NORTHERN_DEG = 80.0


@dataclass(frozen=True, slots=True)
class PlacedArea:
    """shape         ground that it covers, border included, in WGS-84
    uncertain     further ground of which PostGIS must say whether it covers it
    valid_from   None: from ever on
    valid_to     no longer at this instant; None: for ever
    """

    key: CoveringArea
    shape: BaseGeometry
    uncertain: BaseGeometry | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @classmethod
    def circle(
        cls,
        key: CoveringArea,
        centre: LonLat,
        radius_m: float,
        *,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
    ) -> PlacedArea:
        """Sure within a polygon inside the circle, uncertain from there to one around it."""
        reach_deg = 1.1 * radius_m / _METRES_A_DEGREE
        inside, around = (
            Polygon(),
            box(-180.0, centre.lat - reach_deg, 180.0, centre.lat + reach_deg),
        )
        if abs(centre.lat) + reach_deg < _MOST_NORTHERN_DEG:
            smaller = _ring(centre, radius_m * (1 - _MARGIN))
            larger = _ring(centre, radius_m * (1 + _MARGIN))
            if max(lon for lon, _ in larger) - min(lon for lon, _ in larger) < 180.0:
                inside, around = Polygon(smaller), Polygon(larger, [smaller])
        return cls(key, inside, around, valid_from, valid_to)

    @property
    def vertices(self) -> int:
        return int(sum(map(shapely.get_num_coordinates, (self.shape, self.uncertain))))

    def valid(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


def _ring(centre: LonLat, radius_m: float) -> list[tuple[float, float]]:
    bearings = [360.0 * corner / _CORNERS for corner in range(_CORNERS)]
    lons, lats, _ = _WGS84.fwd(
        [centre.lon] * _CORNERS, [centre.lat] * _CORNERS, bearings, [radius_m] * _CORNERS
    )
    return list(zip(lons, lats, strict=True))

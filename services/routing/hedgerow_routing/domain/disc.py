"""The ground within a circle on the ellipsoid."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import Circle
from hedgerow.contracts.values import Datum, LonLat
from hedgerow.errors import Invalid

LEAST_RADIUS_M = 1.0
MOST_RADIUS_M = 100_000.0

# Of the meridian at the equator, where it is bent most: nowhere is a metre more degrees long.
_LEAST_BEND_M = 6_335_439.0
# Latitude on the ellipsoid and on the sphere differ by less than this.
_FLATTENING_DEG = 0.2


class BadRadius(Invalid):
    code = "RADIUS_INVALID"


@dataclass(frozen=True, slots=True)
class Disc:
    """centre  in WGS-84; circle.center keeps what was given. Its edge belongs to it."""

    circle: Circle
    centre: LonLat

    @classmethod
    def of(cls, circle: Circle, field: str) -> Disc:
        """Raises BadRadius or BadCoordinate."""
        if not LEAST_RADIUS_M <= circle.radius_m <= MOST_RADIUS_M:  # false for NaN too
            raise BadRadius(
                f"A radius is {LEAST_RADIUS_M:.0f} to {MOST_RADIUS_M:.0f} metres.",
                f"半径须为 {LEAST_RADIUS_M:.0f} 至 {MOST_RADIUS_M:.0f} 米",
                field=f"{field}.radius_m",
            )
        return cls(circle, to_wgs84(circle.center, field=f"{field}.center"))

    @property
    def datum(self) -> Datum:
        return self.circle.center.datum

    @property
    def area_m2(self) -> float:
        """As if the earth were flat, which at 100 km is one part in 50,000 off."""
        return float(round(math.pi * self.circle.radius_m**2))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of a box that holds all of it, a little larger than need be;
        from -180 to 180 where it reaches over the 180th meridian or a pole.

        On a sphere a circle touches the meridian whose sine is sin(radius) / cos(latitude) away.
        """
        lon, lat = self.centre.lon, self.centre.lat
        reach = self.circle.radius_m / _LEAST_BEND_M
        south, north = (lat + way * math.degrees(reach) for way in (-1, 1))
        widest = math.cos(math.radians(min(90.0, abs(lat) + _FLATTENING_DEG)))
        sine = math.sin(reach) / widest if widest > 0 else 1.0
        beside = math.degrees(math.asin(sine)) if sine < 1 else 360.0
        west, east = lon - beside, lon + beside
        if west < -180 or east > 180 or south < -90 or north > 90:
            west, east = -180.0, 180.0
        return west, max(south, -90.0), east, min(north, 90.0)

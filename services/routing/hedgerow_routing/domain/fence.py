"""A plant's fence: where its people are, or an area whose addresses are its."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import Circle, FenceKind, FenceView, PublishFence
from hedgerow.contracts.values import Datum, FenceId, LonLat, PlantId
from hedgerow.errors import Invalid

from .area import Area, geojson_of, parse_area
from .edition import Edition
from .fields import name, priority

LEAST_RADIUS_M = 1.0
MOST_RADIUS_M = 100_000.0


class FenceShape(Invalid):
    code = "FENCE_SHAPE"


class BadRadius(Invalid):
    code = "RADIUS_INVALID"


@dataclass(frozen=True, slots=True)
class Disc:
    """The ground within a circle. centre  in WGS-84; circle.center keeps what was given."""

    circle: Circle
    centre: LonLat

    @property
    def datum(self) -> Datum:
        return self.circle.center.datum

    @property
    def area_m2(self) -> float:
        """As if the earth were flat, which at 100 km is one part in 50,000 off."""
        return float(round(math.pi * self.circle.radius_m**2))


@dataclass(frozen=True, slots=True)
class Fence:
    """One published version. Never edited: publishing makes the next one."""

    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    name: str
    priority: int
    ground: Disc | Area
    edition: Edition

    @classmethod
    def draw(cls, command: PublishFence, *, at: datetime, within: str = "") -> Fence:
        """As a first version. Raises Invalid, naming the field. 20,000 vertices take most of a
        second.

        within  what stands before the names of its fields
        """
        return cls(
            fence_id=command.fence_id,
            plant_id=command.plant_id,
            kind=command.kind,
            name=name(command.name, f"{within}name"),
            priority=priority(command.priority, f"{within}priority"),
            ground=_ground(command, within),
            edition=Edition.after(None, at),
        )

    def after(self, last: Edition | None) -> Fence:
        """The same, as the version that follows."""
        return replace(self, edition=Edition.after(last, self.edition.active_from))

    @property
    def aggregate(self) -> str:
        return f"fence:{self.plant_id}:{self.kind}:{self.name}"

    def view(self) -> FenceView:
        ground = self.ground
        return FenceView(
            fence_id=self.fence_id,
            plant_id=self.plant_id,
            kind=self.kind,
            name=self.name,
            version=self.edition.version,
            priority=self.priority,
            area_m2=ground.area_m2,
            circle=ground.circle if isinstance(ground, Disc) else None,
            geojson=geojson_of(ground.shape) if isinstance(ground, Area) else None,
            active_from=self.edition.active_from,
            active_to=None,
        )


def _ground(command: PublishFence, within: str) -> Disc | Area:
    circle, geojson = command.circle, command.geojson
    if command.kind is FenceKind.SERVICE_AREA and (geojson is None or circle is not None):
        raise FenceShape(
            "A SERVICE_AREA fence is a GeoJSON area.",
            "SERVICE_AREA 围栏须为 GeoJSON 区域",
            field=f"{within}geojson" if geojson is None else f"{within}circle",
        )
    if geojson is not None and circle is None:
        return parse_area(
            geojson, command.datum, field=f"{within}geojson", datum_field=f"{within}datum"
        )
    if circle is None or geojson is not None:
        raise FenceShape(
            "A PRESENCE fence is either a circle or a GeoJSON area.",
            "PRESENCE 围栏须为圆形或 GeoJSON 区域，二者取一",
            field=f"{within}circle" if circle is None else f"{within}geojson",
        )
    return _disc(circle, f"{within}circle")


def _disc(circle: Circle, field: str) -> Disc:
    if not LEAST_RADIUS_M <= circle.radius_m <= MOST_RADIUS_M:  # false for NaN too
        raise BadRadius(
            f"A radius is {LEAST_RADIUS_M:.0f} to {MOST_RADIUS_M:.0f} metres.",
            f"半径须为 {LEAST_RADIUS_M:.0f} 至 {MOST_RADIUS_M:.0f} 米",
            field=f"{field}.radius_m",
        )
    return Disc(circle, to_wgs84(circle.center, field=f"{field}.center"))

"""A plant's fence: a circle its people are in, or an area whose addresses are its."""

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
    def draw(cls, command: PublishFence, *, at: datetime) -> Fence:
        """As a first version. Raises Invalid, naming the field. 20,000 vertices take most of a
        second."""
        return cls(
            fence_id=command.fence_id,
            plant_id=command.plant_id,
            kind=command.kind,
            name=name(command.name, "name"),
            priority=priority(command.priority, "priority"),
            ground=_disc(command) if command.kind is FenceKind.PRESENCE else _area(command),
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


def _disc(command: PublishFence) -> Disc:
    circle = command.circle
    if circle is None or command.geojson is not None:
        raise FenceShape(
            "A PRESENCE fence is a circle.",
            "PRESENCE 围栏须为圆形",
            field="circle" if circle is None else "geojson",
        )
    if not LEAST_RADIUS_M <= circle.radius_m <= MOST_RADIUS_M:  # false for NaN too
        raise BadRadius(
            f"A radius is {LEAST_RADIUS_M:.0f} to {MOST_RADIUS_M:.0f} metres.",
            f"半径须为 {LEAST_RADIUS_M:.0f} 至 {MOST_RADIUS_M:.0f} 米",
            field="circle.radius_m",
        )
    return Disc(circle, to_wgs84(circle.center, field="circle.center"))


def _area(command: PublishFence) -> Area:
    if command.geojson is None or command.circle is not None:
        raise FenceShape(
            "A SERVICE_AREA fence is a GeoJSON area.",
            "SERVICE_AREA 围栏须为 GeoJSON 区域",
            field="geojson" if command.geojson is None else "circle",
        )
    return parse_area(command.geojson, command.datum, field="geojson")

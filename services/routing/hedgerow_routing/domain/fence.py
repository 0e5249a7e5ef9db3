"""A plant's fence: where its people are, or an area whose addresses are its, or are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hedgerow.contracts.fields import instant
from hedgerow.contracts.routing import DivisionUse, FenceKind, FenceView, PublishFence
from hedgerow.contracts.values import FenceId, PlantId
from hedgerow.errors import Invalid

from .area import Area, geojson_of, parse_area
from .disc import Disc
from .division import Division, Union
from .edition import Edition
from .fields import name, priority
from .validity import Span, checked_span


class FenceShape(Invalid):
    code = "FENCE_SHAPE"


@dataclass(frozen=True, slots=True)
class Fence:
    """One published version. Never edited: publishing makes the next one.

    edition  its version, and when it was published
    valid    from when to when it holds
    planned  whether the publisher said from when; else it holds from its publication on
    """

    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    name: str
    priority: int
    ground: Disc | Area | Union
    edition: Edition
    valid: Span
    planned: bool

    @classmethod
    def draw(
        cls,
        command: PublishFence,
        *,
        at: datetime,
        within: str = "",
        divisions: Mapping[str, Division] | None = None,
    ) -> Fence:
        """As a first version. Raises Invalid, naming the field. 20,000 vertices take most of a
        second.

        within     what stands before the names of its fields
        divisions  those that are known of the codes it is drawn by
        """
        start, end = (
            None if given is None else instant(given, f"{within}{field}")
            for given, field in ((command.valid_from, "valid_from"), (command.valid_to, "valid_to"))
        )
        return cls(
            fence_id=command.fence_id,
            plant_id=command.plant_id,
            kind=command.kind,
            name=name(command.name, f"{within}name"),
            priority=priority(command.priority, f"{within}priority"),
            valid=checked_span(start or at, end, f"{within}valid_to"),
            planned=start is not None,
            ground=_ground(command, divisions or {}, within),
            edition=Edition.after(None, at),
        )

    def after(self, last: Edition | None, *, within: str = "") -> Fence:
        """The same, as the version that follows. Raises BadPeriod when it ends before it can
        begin, with a clock that is behind."""
        edition = Edition.after(last, self.edition.active_from)
        valid = self.valid
        if not self.planned:
            valid = checked_span(edition.active_from, valid.end, f"{within}valid_to")
        return replace(self, edition=edition, valid=valid)

    @property
    def aggregate(self) -> str:
        return f"fence:{self.plant_id}:{self.kind}:{self.name}"

    @property
    def divisions(self) -> tuple[DivisionUse, ...]:
        return self.ground.uses if isinstance(self.ground, Union) else ()

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
            geojson=None if isinstance(ground, Disc) else geojson_of(ground.shape),
            active_from=self.valid.start,
            active_to=self.valid.end,
            recorded_from=self.edition.active_from,
            recorded_to=None,
            divisions=self.divisions,
        )


def _ground(
    command: PublishFence, divisions: Mapping[str, Division], within: str
) -> Disc | Area | Union:
    given = {
        "circle": command.circle is not None,
        "geojson": command.geojson is not None,
        "divisions": bool(command.divisions),
    }
    if sum(given.values()) != 1:
        first = "circle" if command.kind is FenceKind.PRESENCE else "geojson"
        surplus = [field for field, is_given in given.items() if is_given and field != first]
        raise FenceShape(
            "A fence is drawn as a circle, as a GeoJSON area or by divisions: exactly one of them.",
            "围栏须以圆形、GeoJSON 区域或行政区划绘制，三者取一",
            field=f"{within}{surplus[0] if surplus else first}",
        )
    if command.circle is not None:
        return Disc.of(command.circle, f"{within}circle")
    if command.divisions:
        return Union.of(command.divisions, divisions, f"{within}divisions")
    return parse_area(
        command.geojson, command.datum, field=f"{within}geojson", datum_field=f"{within}datum"
    )

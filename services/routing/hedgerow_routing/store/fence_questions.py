"""What is asked of fences about places: the statements. Presence is asked of one plant's circles and
areas, covering of every plant's service areas and exclusions, by a function of the owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgerow.contracts.routing import FenceKind
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    select,
)

from hedgerow_routing.domain.disc import Disc
from hedgerow_routing.domain.fence import Fence

from .fence_tables import fence_periods
from .tables import fences

_periods = fence_periods.c
_NOW = bindparam("now", type_=DateTime(timezone=True))
BY_PLACE = (FenceKind.SERVICE_AREA, FenceKind.EXCLUSION)
VALID_NOW = (
    _periods.recorded_to.is_(None),
    _periods.valid_from <= _NOW,
    or_(_periods.valid_to.is_(None), _periods.valid_to > _NOW),
)

# Areas that are in no table yet: each has either a shape or a centre and a radius.
DRAWINGS = (
    bindparam("shapes", type_=ARRAY(LargeBinary)),
    bindparam("center_lons", type_=ARRAY(DOUBLE_PRECISION)),
    bindparam("center_lats", type_=ARRAY(DOUBLE_PRECISION)),
    bindparam("radii_m", type_=ARRAY(DOUBLE_PRECISION)),
)

COVERING = select(
    func.routing.covering(
        bindparam("lon", type_=ARRAY(DOUBLE_PRECISION)),
        bindparam("lat", type_=ARRAY(DOUBLE_PRECISION)),
        _NOW,
    ).table_valued(
        column("place", Integer),
        column("fence_id", Uuid),
        column("plant_id", Uuid),
        column("version", Integer),
        column("priority", Integer),
        column("area_m2", DOUBLE_PRECISION),
        column("kind", Text),
    )
)

_POINT = func.st_setsrid(
    func.st_makepoint(
        bindparam("lon", type_=DOUBLE_PRECISION), bindparam("lat", type_=DOUBLE_PRECISION)
    ),
    4326,
)
# Edges are straight in WGS-84, and a geodesic between their ends is not: some 10 m aside for one of
# 30 km. Pieces of 0.002 degrees stay within a millimetre or two. A border too long for that has
# 20,000 pieces.
_BORDER = func.st_boundary(fences.c.area)
_PIECES = func.st_segmentize(_BORDER, func.greatest(0.002, func.st_length(_BORDER) / 20_000))
PRESENCE = (
    select(
        fences.c.center_wgs84_lon,
        fences.c.center_wgs84_lat,
        fences.c.radius_m,
        func.st_covers(fences.c.area, _POINT),
        func.st_distance(func.geography(_PIECES), func.geography(_POINT), type_=Float),
    )
    .join(fence_periods, _periods.fence_id == fences.c.fence_id)
    .where(
        _periods.plant_id == bindparam("of_plant"),
        _periods.kind == FenceKind.PRESENCE,
        *VALID_NOW,
    )
)


def drawings_of(drawn: Sequence[Fence]) -> dict[str, list[Any]]:
    """The values of DRAWINGS."""
    grounds = [each.ground for each in drawn]
    discs = [each if isinstance(each, Disc) else None for each in grounds]
    return {
        "shapes": [None if isinstance(each, Disc) else each.shape.wkb for each in grounds],
        "center_lons": [each and each.centre.lon for each in discs],
        "center_lats": [each and each.centre.lat for each in discs],
        "radii_m": [each and each.circle.radius_m for each in discs],
    }

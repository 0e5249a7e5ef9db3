"""What is asked of fences about places: the statements. Presence is asked of one plant's circles and
areas, covering of every plant's service areas and exclusions, by a function of the owner."""

from __future__ import annotations

from hedgerow.contracts.routing import FenceKind
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    DateTime,
    Float,
    Integer,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    select,
)

from .fence_tables import fence_periods
from .tables import fences

_periods = fence_periods.c
_NOW = bindparam("now", type_=DateTime(timezone=True))
_VALID_NOW = (
    _periods.recorded_to.is_(None),
    _periods.valid_from <= _NOW,
    or_(_periods.valid_to.is_(None), _periods.valid_to > _NOW),
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
        *_VALID_NOW,
    )
)

"""Fence -> row of `fences`, and what evidence says of it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from geoalchemy2.shape import from_shape, to_shape
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import LonLat
from shapely.geometry import box
from sqlalchemy import Row

from hedgerow_routing.domain.disc import Disc
from hedgerow_routing.domain.fence import Fence

# Where it lies is told by a hash of its drawing.
TOLD = (
    *("fence_id", "version", "priority", "area_m2", "datum", "radius_m"),
    *("valid_from", "valid_to", "divisions"),
)


def row_of(fence: Fence) -> dict[str, Any]:
    ground = fence.ground
    row: dict[str, Any] = {
        "fence_id": fence.fence_id,
        "plant_id": fence.plant_id,
        "kind": fence.kind,
        "name": fence.name,
        "version": fence.edition.version,
        "priority": fence.priority,
        "area_m2": ground.area_m2,
        "datum": ground.datum,
        "active_from": fence.edition.active_from,
        "valid_from": fence.valid.start,
        "valid_to": fence.valid.end,
        "divisions": msgspec.to_builtins(fence.divisions) or None,
    }
    if isinstance(ground, Disc):
        given, centre = ground.circle.center, ground.centre
        return row | {
            "center_lon": given.lon,
            "center_lat": given.lat,
            "center_wgs84_lon": centre.lon,
            "center_wgs84_lat": centre.lat,
            "radius_m": ground.circle.radius_m,
        }
    return row | {"area": from_shape(ground.shape, srid=4326), "given": ground.given}


def bounds_of(fence: Fence) -> Any:
    """A box around its ground, by which it is found; None for a presence fence, which nobody looks
    up by place."""
    if fence.kind is FenceKind.PRESENCE:
        return None
    ground = fence.ground
    bounds = ground.bounds if isinstance(ground, Disc) else ground.shape.bounds
    return from_shape(box(*bounds), srid=4326)


def drawing_of(fence: Fence) -> str:
    """A SHA-256 over every digit of where it lies, in WGS-84."""
    ground = fence.ground
    if isinstance(ground, Disc):
        return _hash_of_centre(ground.centre)
    return hashlib.sha256(ground.shape.wkb).hexdigest()


def drawing_in(row: Row[Any]) -> str:
    if row.area is None:
        return _hash_of_centre(LonLat(row.center_wgs84_lon, row.center_wgs84_lat))
    return hashlib.sha256(to_shape(row.area).wkb).hexdigest()


def _hash_of_centre(centre: LonLat) -> str:
    return hashlib.sha256(f"{centre.lon!r} {centre.lat!r}".encode()).hexdigest()

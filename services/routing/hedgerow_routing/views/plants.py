"""Plants and locations."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.routing import (
    ListLocations,
    ListPlants,
    LocationKind,
    LocationsByIds,
    LocationView,
    PlantsByIds,
    PlantView,
)
from hedgerow.contracts.values import LocationId, PlantId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_routing.store.plants import plant_of
from hedgerow_routing.store.tables import locations, plants

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PLANTS = select(plants).order_by(plants.c.code)
_PLANTS_BY_IDS = select(plants).where(plants.c.plant_id == any_(_IDS))
# Row security leaves the caller's plants in the join; locations alone are the whole tenant's.
_LOCATIONS = (
    select(locations)
    .join(
        plants,
        (plants.c.tenant_id == locations.c.tenant_id) & (plants.c.plant_id == locations.c.plant_id),
    )
    .order_by(locations.c.code)
)
_LOCATIONS_BY_IDS = select(locations).where(locations.c.location_id == any_(_IDS))


@answers_along("ids")
async def plants_by_ids(query: PlantsByIds, tx: Transaction) -> tuple[PlantView | None, ...]:
    rows = await tx.conn.execute(_PLANTS_BY_IDS, {"ids": list(query.ids)})
    found = {row.plant_id: plant_of(row) for row in rows}
    return tuple(found.get(plant_id) for plant_id in query.ids)


async def list_plants(query: ListPlants, tx: Transaction) -> tuple[PlantView, ...]:
    return tuple(plant_of(row) for row in await tx.conn.execute(_PLANTS))


@answers_along("ids")
async def locations_by_ids(
    query: LocationsByIds, tx: Transaction
) -> tuple[LocationView | None, ...]:
    """Of any plant of the tenant, for who sees at least one."""
    if not tx.caller.holds_somewhere(Permission.PLANT_READ):
        return (None,) * len(query.ids)
    rows = await tx.conn.execute(_LOCATIONS_BY_IDS, {"ids": list(query.ids)})
    found = {row.location_id: _location(row) for row in rows}
    return tuple(found.get(location_id) for location_id in query.ids)


async def list_locations(query: ListLocations, tx: Transaction) -> tuple[LocationView, ...]:
    return tuple(_location(row) for row in await tx.conn.execute(_LOCATIONS))


def _location(row: Row[Any]) -> LocationView:
    return LocationView(
        location_id=LocationId(row.location_id),
        plant_id=PlantId(row.plant_id),
        code=row.code,
        name=row.name,
        kind=LocationKind(row.kind),
        created_at=row.created_at,
    )

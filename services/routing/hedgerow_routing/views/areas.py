"""Areas: which there are is known in the whole tenant, their plants to those who see these."""

from __future__ import annotations

from collections import defaultdict

from hedgerow.auth import Permission
from hedgerow.contracts.routing import AreaView, ListAreas
from hedgerow.contracts.values import AreaId, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import select

from hedgerow_routing.store.access_tables import areas
from hedgerow_routing.store.tables import plants

_AREAS = select(areas).order_by(areas.c.code)
_PLANTS = (
    select(plants.c.area_id, plants.c.plant_id)
    .where(plants.c.area_id.is_not(None))
    .order_by(plants.c.code)
)


async def list_areas(query: ListAreas, tx: Transaction) -> tuple[AreaView, ...]:
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    members: defaultdict[AreaId, list[PlantId]] = defaultdict(list)
    for area_id, plant_id in await tx.conn.execute(_PLANTS):
        members[AreaId(area_id)].append(PlantId(plant_id))
    return tuple(
        AreaView(
            area_id=AreaId(row.area_id),
            code=row.code,
            name=row.name,
            plant_ids=tuple(members[AreaId(row.area_id)]),
            created_at=row.created_at,
        )
        for row in await tx.conn.execute(_AREAS)
    )

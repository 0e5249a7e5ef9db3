from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import AreaCreated, AreaView, CreateArea
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.plant import new_area
from hedgerow_routing.store.areas import AreaStore


async def create_area(command: CreateArea, tx: Transaction) -> AreaView:
    """Add an area, without plants as yet."""
    grant = tx.caller.grant_tenant(Permission.AREA_SET)
    area = new_area(command, at=tx.now)
    await AreaStore(tx).add(grant, area)
    tx.emit(AreaCreated(area=area), aggregate=f"area:{area.area_id}", version=1, plant_id=None)
    return area

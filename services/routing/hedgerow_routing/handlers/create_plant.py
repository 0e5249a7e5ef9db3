from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import CreatePlant, PlantCreated, PlantView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.plant import new_plant
from hedgerow_routing.handlers.announce_access import announce_access
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.plants import PlantStore


async def create_plant(command: CreatePlant, tx: Transaction) -> PlantView:
    """Add a plant to the tenant. Those with a role at every plant get it there."""
    grant = tx.caller.grant_tenant(Permission.PLANT_CREATE)
    plant = new_plant(command, at=tx.now)
    access = AccessStore(tx)
    await access.lock()
    await PlantStore(tx).add(grant, plant)
    tx.emit(
        PlantCreated(plant=plant),
        aggregate=f"plant:{plant.plant_id}",
        version=1,
        plant_id=plant.plant_id,
    )
    concerned = await access.subjects_everywhere()
    await announce_access(tx, {None: grant}, {subject: (None,) for subject in concerned})
    return plant

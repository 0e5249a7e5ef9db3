from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.routing import PlantAreaSet, PlantView, SetPlantArea
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.announce_access import announce_access
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.areas import AreaStore
from hedgerow_routing.store.plants import PlantStore


async def set_plant_area(command: SetPlantArea, tx: Transaction) -> PlantView:
    """Put a plant into an area: those with a role in the area it leaves lose it there, and those
    of the area it joins gain theirs. Into the area it is in already: nothing happens."""
    grant = tx.caller.grant_tenant(Permission.AREA_SET)
    basis = checked_basis(command.basis, "basis")
    access, plants = AccessStore(tx), PlantStore(tx)
    await access.lock()
    plant = await plants.load(command.plant_id)
    if command.area_id is not None:
        await AreaStore(tx).require(command.area_id)
    if command.area_id == plant.area_id:
        return plant
    moved, version = await plants.set_area(grant, plant, command.area_id, basis)
    tx.emit(
        PlantAreaSet(plant_id=plant.plant_id, area_id=moved.area_id),
        aggregate=f"plant:{plant.plant_id}",
        version=version,
        plant_id=plant.plant_id,
    )
    areas = [area for area in (plant.area_id, moved.area_id) if area is not None]
    concerned = await access.subjects_in(areas)
    await announce_access(tx, {None: grant}, {subject: (None,) for subject in concerned})
    return moved

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.routing import CreateLocation, LocationCreated, LocationView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.plant import new_location
from hedgerow_routing.store.plants import PlantStore


async def create_location(command: CreateLocation, tx: Transaction) -> LocationView:
    """Add a place that holds stock to a plant."""
    grant = tx.caller.grant(command.plant_id, Permission.LOCATION_CREATE, field="plant_id")
    plants = PlantStore(tx)
    await plants.require(grant)
    location = new_location(command, at=tx.now)
    await plants.add_location(grant, location)
    tx.emit(
        LocationCreated(location=location),
        aggregate=f"location:{location.location_id}",
        version=1,
        plant_id=location.plant_id,
    )
    return location

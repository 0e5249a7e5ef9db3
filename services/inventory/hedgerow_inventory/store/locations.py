"""Which plant a location's stock belongs to."""

from __future__ import annotations

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.values import LocationId, PlantId
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import Uuid, bindparam, select

from .tables import locations

_CLAIM = BulkInsert(
    locations,
    *("tenant_id", "location_id", "location_plant_id"),
    ignore_conflicts=True,
    returning=("location_id",),
)
_PLANT = select(locations.c.location_plant_id).where(
    locations.c.location_id == bindparam("location_id", type_=Uuid)
)
# Whoever brings goods to a location, or says what is to be there, may be the first to name it.
_NAMING = (
    Permission.STOCK_RECEIVE,
    Permission.STOCK_ADJUST,
    Permission.SAFETY_SET,
    Permission.SUPPLY_RECORD,
    Permission.RMA_INSPECT,
)


class LocationStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def claim(self, grant: Grant, location_id: LocationId, plant_id: PlantId) -> PlantId:
        """The plant that was named for this location first, which stays; `plant_id` if none was."""
        grant.must_carry(*_NAMING, at=plant_id)
        claimed = await _CLAIM(
            self._conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "location_id": location_id,
                    "location_plant_id": plant_id,
                }
            ],
        )
        if claimed is not None and claimed.one_or_none() is not None:
            # Not `location:`, which is the location itself, in routing.
            self._tx.record(
                f"location_plant:{location_id}",
                "claimed",
                {"plant_id": (None, plant_id)},
                plant_id=plant_id,
            )
        known = await self._conn.execute(_PLANT, {"location_id": location_id})
        return PlantId(known.scalar_one())

    async def claim_own(self, grant: Grant, location_id: LocationId, plant_id: PlantId) -> None:
        """Raises PlantForbidden when the location is another plant's."""
        first = await self.claim(grant, location_id, plant_id)
        if first != plant_id:
            raise PlantForbidden(
                field="location_id", detail=f"{location_id} is of plant {first}, not {plant_id}"
            )

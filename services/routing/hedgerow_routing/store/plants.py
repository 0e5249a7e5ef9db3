"""Plants and their locations <-> rows of `plants` and `locations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hedgerow.auth import Permission, PlantGrant, TenantGrant
from hedgerow.contracts.routing import LocationView, PlantView
from hedgerow.contracts.values import (
    AreaId,
    Basis,
    Datum,
    GeoPoint,
    LocationId,
    LonLat,
    PlantId,
)
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow.transaction import Transaction
from msgspec.structs import replace
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from .refusals import IdTaken
from .tables import locations, plants

_ADD_PLANT = insert(plants).on_conflict_do_nothing().returning(plants.c.plant_id)
_FULL = select(plants).where(plants.c.plant_id == bindparam("plant_id"))
_MOVE = (
    update(plants)
    .where(plants.c.plant_id == bindparam("of_plant"))
    .values(area_id=bindparam("to_area"), version=plants.c.version + 1)
    .returning(plants.c.version)
)
_PLANT = select(plants.c.plant_id).where(plants.c.plant_id == bindparam("plant_id"))
_PLANT_CODE = select(plants.c.plant_id).where(plants.c.code == bindparam("code"))
_ADD_LOCATION = insert(locations).on_conflict_do_nothing().returning(locations.c.location_id)
_LOCATION_CODE = select(locations.c.location_id).where(locations.c.code == bindparam("code"))
_PLANT_OF = select(locations.c.plant_id).where(locations.c.location_id == bindparam("location_id"))
_LOCATIONS = select(locations.c.location_id).where(
    locations.c.location_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)


class PlantCodeTaken(Conflict):
    code = "PLANT_CODE_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another plant has this code.", "该编码已被其他工厂使用", field="code")


class LocationCodeTaken(Conflict):
    code = "LOCATION_CODE_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another location has this code.", "该编码已被其他库位使用", field="code")


class PlantStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def add(self, grant: TenantGrant, plant: PlantView) -> None:
        """Raises PlantCodeTaken or IdTaken."""
        grant.must_carry_everywhere(Permission.PLANT_CREATE)
        row = {
            "tenant_id": self._tenant_id,
            "plant_id": plant.plant_id,
            "code": plant.code,
            "name": plant.name,
            "lon": plant.point.lon,
            "lat": plant.point.lat,
            "datum": plant.point.datum,
            "wgs84_lon": plant.wgs84.lon,
            "wgs84_lat": plant.wgs84.lat,
            "created_at": plant.created_at,
            "time_zone": plant.time_zone,
        }
        if await self._conn.scalar(_ADD_PLANT, row) is None:
            if await self._conn.scalar(_PLANT_CODE, {"code": plant.code}) is not None:
                raise PlantCodeTaken
            raise IdTaken("plant_id")
        self._tx.record(
            f"plant:{plant.plant_id}",
            "created",
            {
                name: (None, getattr(plant, name))
                for name in ("code", "name", "point", "wgs84", "time_zone")
            },
            plant_id=plant.plant_id,
        )

    async def load(self, plant_id: PlantId) -> PlantView:
        """Raises PlantForbidden."""
        row = (await self._conn.execute(_FULL, {"plant_id": plant_id})).one_or_none()
        if row is None:
            raise PlantForbidden(field="plant_id", detail=f"no plant {plant_id}")
        return plant_of(row)

    async def set_area(
        self, grant: TenantGrant, plant: PlantView, area_id: AreaId | None, basis: Basis
    ) -> tuple[PlantView, int]:
        """The plant as it is then, and the version of its aggregate."""
        grant.must_carry(Permission.AREA_SET, at=plant.plant_id)
        moved = {"of_plant": plant.plant_id, "to_area": area_id}
        version: int = (await self._conn.execute(_MOVE, moved)).scalar_one()
        self._tx.record(
            f"plant:{plant.plant_id}",
            "area_set",
            {"area_id": (plant.area_id, area_id)},
            plant_id=plant.plant_id,
            basis=basis,
        )
        return replace(plant, area_id=area_id), version

    async def require(self, grant: PlantGrant) -> None:
        """Raises PlantForbidden when there is no such plant: tenant-wide rights give grants at
        plants that do not exist."""
        if await self._conn.scalar(_PLANT, {"plant_id": grant.plant_id}) is None:
            raise PlantForbidden(field="plant_id", detail=f"no plant {grant.plant_id}")

    async def add_location(self, grant: PlantGrant, location: LocationView) -> None:
        """Raises LocationCodeTaken or IdTaken."""
        grant.must_carry(Permission.LOCATION_CREATE, at=location.plant_id)
        row = {
            "tenant_id": self._tenant_id,
            "location_id": location.location_id,
            "plant_id": location.plant_id,
            "code": location.code,
            "name": location.name,
            "kind": location.kind,
            "created_at": location.created_at,
        }
        if await self._conn.scalar(_ADD_LOCATION, row) is None:
            if await self._conn.scalar(_LOCATION_CODE, {"code": location.code}) is not None:
                raise LocationCodeTaken
            raise IdTaken("location_id")
        self._tx.record(
            f"location:{location.location_id}",
            "created",
            {name: (None, getattr(location, name)) for name in ("code", "name", "kind")},
            plant_id=location.plant_id,
        )

    async def plant_of_location(self, location_id: LocationId) -> PlantId | None:
        """None where there is no such location."""
        found = await self._conn.scalar(_PLANT_OF, {"location_id": location_id})
        return None if found is None else PlantId(found)

    async def known_locations(self, ids: Iterable[LocationId]) -> set[LocationId]:
        """Those of `ids` that exist in the tenant."""
        rows = await self._conn.scalars(_LOCATIONS, {"ids": list(ids)})
        return {LocationId(each) for each in rows}


def plant_of(row: Row[Any]) -> PlantView:
    return PlantView(
        plant_id=PlantId(row.plant_id),
        code=row.code,
        name=row.name,
        point=GeoPoint(row.lon, row.lat, Datum(row.datum)),
        wgs84=LonLat(row.wgs84_lon, row.wgs84_lat),
        created_at=row.created_at,
        area_id=None if row.area_id is None else AreaId(row.area_id),
        time_zone=row.time_zone,
    )

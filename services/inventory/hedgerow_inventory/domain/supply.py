"""A purchase on its way to a location."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from hedgerow.contracts.values import LocationId, PlantId, SupplyId
from hedgerow.errors import Conflict


class SupplyExists(Conflict):
    code = "SUPPLY_EXISTS"


class SupplyReceived(Conflict):
    code = "SUPPLY_RECEIVED"


class SupplyMismatch(Conflict):
    code = "SUPPLY_MISMATCH"


@dataclass(slots=True)
class Supply:
    """received_at is None while it is open."""

    id: SupplyId
    plant_id: PlantId
    location_id: LocationId
    sku: str
    received_at: datetime | None

    def receive(self, location_id: LocationId, skus: Container[str], at: datetime) -> None:
        """Close it with what has come. Raises SupplyReceived, or SupplyMismatch when something
        else or somewhere else was received."""
        if self.received_at is not None:
            raise SupplyReceived(
                "This purchase was received before.", "该采购单已入库", field="supply_id"
            )
        if location_id != self.location_id or self.sku not in skus:
            raise SupplyMismatch(
                "This purchase is of another SKU or for another location.",
                "该采购单的 SKU 或库位与本次入库不符",
                field="supply_id",
            )
        self.received_at = at

"""Which returns have had their effect on stock."""

from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.rma import RmaInspected
from hedgerow.contracts.values import PlantId
from hedgerow.transaction import BulkInsert, Transaction

from .tables import returns

_BOOK = BulkInsert(
    returns,
    "tenant_id",
    "rma_id",
    "plant_id",
    "order_id",
    "booked_at",
    ignore_conflicts=True,
    returning=("rma_id",),
)


class ReturnStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def book(self, grant: TenantGrant, event: RmaInspected, plant_id: PlantId) -> bool:
        """False when this return was booked before: then its stock must not move again."""
        grant.must_carry(Permission.RMA_INSPECT, at=plant_id)
        booked = await _BOOK(
            self._tx.conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "rma_id": event.rma_id,
                    "plant_id": plant_id,
                    "order_id": event.order_id,
                    "booked_at": self._tx.now,
                }
            ],
        )
        if booked is None or booked.one_or_none() is None:
            return False
        self._tx.record(
            f"return:{event.rma_id}",
            "booked",
            {"order_id": (None, event.order_id), "location_id": (None, event.location_id)},
            plant_id=plant_id,
        )
        return True

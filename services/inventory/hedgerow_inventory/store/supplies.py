"""Open purchases <-> rows of `supplies`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.inventory import SupplyView
from hedgerow.contracts.values import SupplyId
from hedgerow.errors import PlantForbidden
from hedgerow.evidence import beginnings
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, DateTime, Text, Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_inventory.domain.supply import Supply, SupplyExists

from .tables import supplies

_ADD = insert(supplies).on_conflict_do_nothing().returning(supplies.c.supply_id)
_LOCK = (
    select(supplies)
    .where(supplies.c.supply_id == bindparam("supply_id", type_=Uuid))
    .with_for_update()
)
_RECEIVED = (
    update(supplies)
    .where(supplies.c.supply_id == bindparam("id", type_=Uuid))
    .values(received_at=bindparam("at", type_=DateTime(timezone=True)))
)
_EARLIEST = (
    select(supplies.c.sku, func.min(supplies.c.due_at).label("due_at"))
    .where(
        supplies.c.sku == any_(bindparam("skus", type_=ARRAY(Text))),
        supplies.c.received_at.is_(None),
    )
    .group_by(supplies.c.sku)
)


class SupplyStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def add(self, grant: PlantGrant, supply: SupplyView) -> None:
        """Raises SupplyExists."""
        grant.must_carry(Permission.SUPPLY_RECORD, at=supply.plant_id)
        given = msgspec.structs.asdict(supply)
        added = await self._conn.scalar(
            _ADD,
            given
            | {
                "tenant_id": self._tx.tenant_id,
                "recorded_by": self._tx.caller.subject,
                "recorded_at": self._tx.now,
            },
        )
        if added is None:
            raise SupplyExists(
                "This purchase is recorded already.", "该采购单已登记", field="supply_id"
            )
        del given["supply_id"]
        self._tx.record(
            f"supply:{supply.supply_id}", "recorded", beginnings(given), plant_id=supply.plant_id
        )

    async def lock(self, supply_id: SupplyId) -> Supply:
        """Raises PlantForbidden."""
        row = (await self._conn.execute(_LOCK, {"supply_id": supply_id})).one_or_none()
        if row is None:
            raise PlantForbidden(field="supply_id", detail=f"no supply {supply_id} in sight")
        return Supply(
            SupplyId(row.supply_id), row.plant_id, row.location_id, row.sku, row.received_at
        )

    async def save_received(self, grant: PlantGrant, supply: Supply) -> None:
        grant.must_carry(Permission.STOCK_RECEIVE, at=supply.plant_id)
        await self._conn.execute(_RECEIVED, {"id": supply.id, "at": supply.received_at})
        self._tx.record(
            f"supply:{supply.id}",
            "received",
            {"received_at": (None, supply.received_at)},
            plant_id=supply.plant_id,
        )

    async def earliest_due(self, skus: Iterable[str]) -> dict[str, datetime]:
        """By SKU, the due time of the open purchase that is due first, at whatever location."""
        rows = await self._conn.execute(_EARLIEST, {"skus": sorted(set(skus))})
        return {row.sku: row.due_at for row in rows}

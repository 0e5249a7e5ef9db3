"""Stock <-> rows of `stock`, and the ledger that moves with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind, StockKey
from hedgerow.contracts.values import LocationId, PlantId
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Row, Text, Uuid, and_, bindparam, column, func, select

from hedgerow_inventory.domain.stock import Movement, Stock

from .grants import Grant, require
from .tables import COUNTERS, stock, stock_ledger

# Which right stands behind each kind of movement. Reactions move stock for what somebody was
# allowed to do in another service: submit, cancel or advance an order, inspect a return.
RIGHTS: Mapping[LedgerKind, Permission] = MappingProxyType(
    {
        LedgerKind.RECEIPT: Permission.STOCK_RECEIVE,
        LedgerKind.ADJUSTMENT: Permission.STOCK_ADJUST,
        LedgerKind.SAFETY_LEVEL: Permission.SAFETY_SET,
        LedgerKind.RESERVATION: Permission.ORDER_SUBMIT,
        LedgerKind.RELEASE: Permission.ORDER_CANCEL,
        LedgerKind.ALLOCATION: Permission.ORDER_ADVANCE,
        LedgerKind.ISSUE: Permission.ORDER_ADVANCE,
        LedgerKind.RETURN: Permission.RMA_INSPECT,
    }
)

_WANTED = (
    func.unnest(bindparam("locations", type_=ARRAY(Uuid)), bindparam("skus", type_=ARRAY(Text)))
    .table_valued(column("location_id", Uuid), column("sku", Text), name="wanted")
    .render_derived()
)
# The sort stands below the locking, so rows are locked in this order in every transaction: two
# that want the same rows queue up, and never wait for each other in a circle.
_LOCK = (
    select(stock)
    .join(
        _WANTED,
        and_(stock.c.location_id == _WANTED.c.location_id, stock.c.sku == _WANTED.c.sku),
    )
    .order_by(stock.c.location_id, stock.c.sku)
    .with_for_update(of=stock)
)
_ADD_ROWS = BulkInsert(
    stock, "tenant_id", "location_id", "sku", "plant_id", "updated_at", ignore_conflicts=True
)
_WRITE_LEDGER = BulkInsert(
    stock_ledger,
    "tenant_id",
    "location_id",
    "sku",
    "plant_id",
    "kind",
    *COUNTERS,
    "reference",
    "reason",
    "by",
    "at",
)
_MOVE_COUNTERS = BulkUpdate(
    stock,
    key=("tenant_id", "location_id", "sku"),
    set=("updated_at",),
    add=(*COUNTERS, "version"),
    returning=("sku",),
)
_SET_SAFETY = BulkUpdate(
    stock, key=("tenant_id", "location_id", "sku"), set=("safety_level",), returning=("sku",)
)


class StockVanished(RuntimeError):
    """A row that was locked could not be changed: a bug."""


class StockStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def open(
        self,
        grant: Grant,
        location_id: LocationId,
        plant_id: PlantId,
        skus: Iterable[str],
        kind: LedgerKind,
    ) -> dict[StockKey, Stock]:
        """Lock the items of one location for a movement of this kind; those that were never
        stocked start at zero. plant_id  the location's"""
        require(grant, RIGHTS[kind], [plant_id])
        wanted = sorted(set(skus))
        await _ADD_ROWS(
            self._conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "location_id": location_id,
                    "sku": sku,
                    "plant_id": plant_id,
                    "updated_at": self._tx.now,
                }
                for sku in wanted
            ],
        )
        return await self.lock(StockKey(sku, location_id) for sku in wanted)

    async def lock(self, keys: Iterable[StockKey]) -> dict[StockKey, Stock]:
        """Lock these items until the transaction ends, in one statement and in a fixed order.
        Items that are not stocked are not in the answer."""
        wanted = list(keys)
        if not wanted:
            return {}
        rows = await self._conn.execute(
            _LOCK,
            {
                "locations": [key.location_id for key in wanted],
                "skus": [key.sku for key in wanted],
            },
        )
        return {item.key: item for item in map(_stock, rows)}

    async def book(
        self, grant: Grant, movements: Sequence[Movement], announced: Iterable[Stock] = ()
    ) -> None:
        """Write the ledger, then move the counters of the locked items by the same amounts.

        announced  items whose version rises by one, for the StockChanged that tells of them
        """
        announced = list(announced)
        for kind in {moved.kind for moved in movements}:
            require(grant, RIGHTS[kind], {moved.plant_id for moved in movements})
        await _WRITE_LEDGER(self._conn, [self._entry(moved) for moved in movements])
        moved_rows = await _MOVE_COUNTERS(self._conn, self._sums(movements, announced))
        if moved_rows is not None and len(moved_rows.all()) != len({m.key for m in movements}):
            raise StockVanished("a counter was not found")
        for item in announced:
            item.version += 1

    async def set_safety_level(self, grant: Grant, item: Stock) -> None:
        """Save the level of a locked item; `book` its movement as well."""
        require(grant, Permission.SAFETY_SET, [item.plant_id])
        await _SET_SAFETY(self._conn, [self._key(item.key) | {"safety_level": item.safety_level}])

    def _key(self, key: StockKey) -> dict[str, Any]:
        return {
            "tenant_id": self._tx.tenant_id,
            "location_id": key.location_id,
            "sku": key.sku,
        }

    def _entry(self, moved: Movement) -> dict[str, Any]:
        return self._key(moved.key) | {
            "plant_id": moved.plant_id,
            "kind": moved.kind,
            "on_hand": moved.on_hand,
            "reserved": moved.reserved,
            "allocated": moved.allocated,
            "quality_hold": moved.quality_hold,
            "damaged": moved.damaged,
            "reference": moved.reference,
            "reason": moved.reason,
            "by": self._tx.caller.subject,
            "at": self._tx.now,
        }

    def _sums(
        self, movements: Sequence[Movement], announced: Sequence[Stock]
    ) -> list[dict[str, Any]]:
        sums: dict[StockKey, dict[str, Any]] = {}
        for moved in movements:
            row = sums.setdefault(
                moved.key,
                self._key(moved.key)
                | dict.fromkeys(COUNTERS, Decimal(0))
                | {"version": 0, "updated_at": self._tx.now},
            )
            for counter in COUNTERS:
                row[counter] += getattr(moved, counter)
        for item in announced:
            sums[item.key]["version"] = 1
        return list(sums.values())


def _stock(row: Row[Any]) -> Stock:
    return Stock(
        sku=row.sku,
        location_id=LocationId(row.location_id),
        plant_id=PlantId(row.plant_id),
        on_hand=row.on_hand,
        reserved=row.reserved,
        allocated=row.allocated,
        quality_hold=row.quality_hold,
        damaged=row.damaged,
        safety_level=row.safety_level,
        version=row.version,
    )

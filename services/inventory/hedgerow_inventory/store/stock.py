"""Stock <-> rows of `stock`, and the ledger and evidence that move with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.inventory import LedgerKind, StockKey
from hedgerow.contracts.message import Message
from hedgerow.contracts.values import LocationId, PlantId
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, column, func, select

from hedgerow_inventory.domain.overflow import Trip
from hedgerow_inventory.domain.stock import ZERO, Movement, Stock

from .bookings import BOOKINGS, Booking
from .stock_evidence import LEVELS, StockEvidence
from .tables import TRIP, stock

_WANTED = (
    func.unnest(bindparam("locations", type_=ARRAY(Uuid)), bindparam("skus", type_=ARRAY(Text)))
    .table_valued(column("location_id", Uuid), column("sku", Text), name="wanted")
    .render_derived()
)
# The sort stands below the locking, so rows are locked in this order in every transaction: two
# that want the same rows queue up, and never wait for each other in a circle.
_LOCK = (
    select(
        stock.c.location_id,
        stock.c.sku,
        stock.c.plant_id,
        *(stock.c[name] for name in LEVELS),
        stock.c.version,
        *(stock.c[name] for name in TRIP),
    )
    .join(
        _WANTED,
        and_(stock.c.location_id == _WANTED.c.location_id, stock.c.sku == _WANTED.c.sku),
    )
    # Said twice so that the index is entered by the SKU, also while the table has no statistics.
    .where(stock.c.sku == any_(bindparam("skus", type_=ARRAY(Text))))
    .order_by(stock.c.location_id, stock.c.sku)
    .with_for_update(of=stock)
)
_ADD_ROWS = BulkInsert(
    stock,
    *("tenant_id", "location_id", "sku", "plant_id", "updated_at"),
    same=("tenant_id", "location_id", "plant_id", "updated_at"),
    ignore_conflicts=True,
    returning=("sku",),
)
_SET_SAFETY = BulkUpdate(
    stock,
    key=("tenant_id", "location_id", "sku"),
    set=("safety_level", "clear_percent"),
    returning=("sku",),
)
_LEVELS = slice(3, 3 + len(LEVELS))

_ALONE: Mapping[str, Message] = MappingProxyType({})


class StockVanished(RuntimeError):
    """A row that was locked could not be changed: a bug."""


class StockStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._evidence = StockEvidence(tx)
        self._locked: dict[StockKey, Stock] = {}

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
        grant.must_carry(BOOKINGS[kind].right, at=plant_id)
        wanted = sorted(set(skus))
        added = await _ADD_ROWS(
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
        if added is not None:
            self._evidence.created(StockKey(row.sku, location_id) for row in added)
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
        found: dict[StockKey, Stock] = {}
        for row in rows:
            item = _stock(row)
            found[item.key] = item
            self._evidence.loaded(item.key, row[_LEVELS])
        self._locked |= found
        return found

    async def book(
        self,
        grant: Grant,
        kind: LedgerKind,
        movements: Sequence[Movement],
        announced: Collection[Stock] = (),
        because: Mapping[str, Message] = _ALONE,
    ) -> None:
        """Write the ledger, then move the counters of the locked items by the same amounts, and
        keep which of them have tripped or cleared.

        announced  items whose version rises by one, for the StockChanged that tells of them; a turn
                   is announced in any case, and raises it by one more
        because    the messages of a batch behind the movements, by their references
        """
        booking = BOOKINGS[kind]
        for plant_id in {moved.plant_id for moved in movements}:
            grant.must_carry(booking.right, at=plant_id)
        sums = self._sums(booking, movements)
        for item in announced:
            sums[item.key]["version"] = 1
            item.version += 1
        await booking.write_ledger(self._conn, [self._entry(moved) for moved in movements])
        turned = any(self._locked[key].turns for key in sums)
        for key in sums if turned else ():
            sums[key] |= self._trip(key)
            sums[key]["version"] += len(self._locked[key].turns)
        move = booking.move_and_turn if turned else booking.move_counters
        found = await move(self._conn, sums.values())
        if found is not None and len(found.all()) != len(sums):
            raise StockVanished("a counter was not found")
        self._evidence.booked(kind, movements, sums, self._locked, because)

    async def set_safety_level(self, grant: Grant, item: Stock) -> None:
        """Save the levels of a locked item; `book` its movement as well."""
        grant.must_carry(Permission.SAFETY_SET, at=item.plant_id)
        policy = {"safety_level": item.safety_level, "clear_percent": item.clear_percent}
        await _SET_SAFETY(self._conn, [self._key(item.key) | policy])

    def _key(self, key: StockKey) -> dict[str, Any]:
        return {
            "tenant_id": self._tx.tenant_id,
            "location_id": key.location_id,
            "sku": key.sku,
        }

    def _trip(self, key: StockKey) -> dict[str, Any]:
        trip = self._locked[key].trip
        if trip is None:
            return dict.fromkeys(TRIP)
        at = trip.at or self._tx.now
        return dict(zip(TRIP, (at, trip.kind, trip.because), strict=True))

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
        self, booking: Booking, movements: Sequence[Movement]
    ) -> dict[StockKey, dict[str, Any]]:
        sums: dict[StockKey, dict[str, Any]] = {}
        for moved in movements:
            booking.check(moved)
            key = moved.key
            if key not in sums:
                sums[key] = self._key(key) | {"version": 0, "updated_at": self._tx.now}
                sums[key] |= dict.fromkeys(booking.counters, ZERO)
            for counter in booking.counters:
                sums[key][counter] += getattr(moved, counter)
        return sums


def _stock(row: Any) -> Stock:
    """A row of `_LOCK`. Taken apart at once: by name, each of its columns would cost a look-up."""
    location, sku, plant, *counters, safety, clear_percent, version, at, kind, because = row
    on_hand, reserved, allocated, quality_hold, damaged = counters
    return Stock(
        sku=sku,
        location_id=location,
        plant_id=plant,
        on_hand=on_hand,
        reserved=reserved,
        allocated=allocated,
        quality_hold=quality_hold,
        damaged=damaged,
        safety_level=safety,
        clear_percent=clear_percent,
        version=version,
        trip=Trip(LedgerKind(kind), because, at) if at else None,
    )

"""ReservationSet <-> rows of `reservation_sets` and `reservations`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import ReservationState
from hedgerow.contracts.message import Message
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.values import DecisionId, LocationId, OrderId, PlantId
from hedgerow.evidence import Differences, beginnings
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_inventory.domain.reservation import Reservation, ReservationSet, SetState

from .tables import reservation_sets, reservations

_ORDERS = bindparam("order_ids", type_=ARRAY(Uuid))
_CLAIM = BulkInsert(
    reservation_sets,
    *("tenant_id", "order_id", "plant_id", "decision_id", "state", "version", "updated_at"),
    same=("tenant_id", "state", "version", "updated_at"),
    ignore_conflicts=True,
    returning=("order_id",),
)
_LOCK = (
    select(reservation_sets)
    .where(reservation_sets.c.order_id == any_(_ORDERS))
    .order_by(reservation_sets.c.order_id)
    .with_for_update()
)
_LINES = (
    select(reservations)
    .where(reservations.c.order_id == any_(_ORDERS))
    .order_by(reservations.c.order_id, reservations.c.line_no)
)
_ADD_LINES = BulkInsert(
    reservations,
    *("tenant_id", "order_id", "line_no", "plant_id", "sku", "quantity"),
    *("location_id", "location_plant_id", "state", "updated_at"),
    same=("tenant_id", "state", "updated_at"),
)
_SAVE_SETS = BulkUpdate(
    reservation_sets,
    key=("tenant_id", "order_id"),
    set=("state", "version", "updated_at"),
    same=("tenant_id", "updated_at"),
)
_SAVE_LINES = BulkUpdate(
    reservations,
    key=("tenant_id", "order_id", "line_no"),
    set=("state", "updated_at"),
    same=("tenant_id", "updated_at"),
)
# The right behind the state that a set is in after a change; HELD: its kit was refused.
_NEEDED = {
    SetState.HELD: Permission.ORDER_ADVANCE,
    SetState.LOCKED: Permission.ORDER_ADVANCE,
    SetState.ISSUED: Permission.ORDER_ADVANCE,
    SetState.SHORT: Permission.ORDER_SUBMIT,
    SetState.RELEASED: Permission.ORDER_CANCEL,
    SetState.CANCELLED: Permission.ORDER_CANCEL,
}


class ReservationStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._loaded: dict[OrderId, SetState] = {}

    async def claim(
        self, grant: TenantGrant, sets: Sequence[ReservationSet]
    ) -> list[ReservationSet]:
        """Those whose order had no set yet, in no promised order; they exist from now on, and
        nobody else's claim on the same order succeeds. Of two for one order the first counts.
        What became of them is for `settle` to write, and to leave evidence of."""
        first: dict[OrderId, ReservationSet] = {}
        for each in sets:
            grant.must_carry(Permission.ORDER_SUBMIT, at=each.plant_id)
            first.setdefault(each.order_id, each)
        claimed = await _CLAIM(self._conn, self._sorted(first.values()))
        return [first[row.order_id] for row in claimed] if claimed is not None else []

    async def bury(self, grant: TenantGrant, events: Sequence[OrderCancelled]) -> None:
        """Leave a CANCELLED set for every order that has none, so that it is never reserved."""
        for each in events:
            grant.must_carry(Permission.ORDER_CANCEL, at=each.plant_id)
        claimed = await _CLAIM(self._conn, self._sorted(map(ReservationSet.tombstone, events)))
        buried = {row.order_id for row in claimed} if claimed is not None else set()
        for each in events:
            if each.order_id in buried:
                tombstone = ReservationSet.tombstone(each)
                self._record(tombstone, {"state": (None, tombstone.state)}, because=each)

    async def lock(self, order_ids: Sequence[OrderId]) -> dict[OrderId, ReservationSet]:
        """Lock the sets of these orders until the transaction ends; an order without one is not
        in the answer. To be called before any stock is locked."""
        found = await self._conn.execute(_LOCK, {"order_ids": list(order_ids)})
        sets = {OrderId(row.order_id): _set(row) for row in found}
        for row in await self._conn.execute(_LINES, {"order_ids": list(sets)}):
            sets[row.order_id].reservations.append(_reservation(row))
        self._loaded |= {order_id: each.state for order_id, each in sets.items()}
        return sets

    async def settle(self, grant: TenantGrant, sets: Iterable[ReservationSet]) -> None:
        """Write what became of claimed sets."""
        sets = list(sets)
        for each in sets:
            grant.must_carry(Permission.ORDER_SUBMIT, at=each.plant_id)
        await _ADD_LINES(self._conn, [row for each in sets for row in self._lines(each)])
        short = [each for each in sets if each.state is SetState.SHORT]
        await _SAVE_SETS(self._conn, self._sorted(short))
        for each in sets:
            made = {"state": each.state, "decision_id": each.decision_id, "plan": each.plan}
            self._record(each, beginnings(made))

    async def save(
        self,
        grant: TenantGrant,
        sets: Iterable[ReservationSet],
        because: Mapping[str, Message],
    ) -> None:
        """Write the new state of those locked sets that have changed, and their reservations.

        because  the message of the batch behind each, by its `reference`
        """
        changed = [each for each in sets if each.changed]
        for each in changed:
            grant.must_carry(_NEEDED[each.state], at=each.plant_id)
        await _SAVE_SETS(self._conn, self._sorted(changed))
        await _SAVE_LINES(self._conn, [row for each in changed for row in self._lines(each)])
        for each in changed:
            before = self._loaded[each.order_id]
            moved: Differences = {"state": (before, each.state)} if before != each.state else {}
            self._record(each, moved, because.get(each.reference))

    def _record(
        self, each: ReservationSet, changes: Differences, because: Message | None = None
    ) -> None:
        """One entry: its reservations go with the set, so their states need no words of their own.
        A set that is saved as it was has refused its kit."""
        self._tx.record(
            each.aggregate,
            each.state.lower() if changes else "kit_refused",
            changes,
            plant_id=each.plant_id,
            because=because,
        )

    def _sorted(self, sets: Iterable[ReservationSet]) -> list[dict[str, Any]]:
        return [
            {
                "tenant_id": self._tx.tenant_id,
                "order_id": each.order_id,
                "plant_id": each.plant_id,
                "decision_id": each.decision_id,
                "state": each.state,
                "version": each.version,
                "updated_at": self._tx.now,
            }
            for each in sorted(sets, key=lambda each: each.order_id)
        ]

    def _lines(self, each: ReservationSet) -> list[dict[str, Any]]:
        return [
            {
                "tenant_id": self._tx.tenant_id,
                "order_id": each.order_id,
                "line_no": line.line_no,
                "plant_id": each.plant_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "location_id": line.location_id,
                "location_plant_id": line.location_plant_id,
                "state": line.state,
                "updated_at": self._tx.now,
            }
            for line in each.reservations
        ]


def _set(row: Row[Any]) -> ReservationSet:
    return ReservationSet(
        order_id=OrderId(row.order_id),
        plant_id=PlantId(row.plant_id) if row.plant_id else None,
        decision_id=DecisionId(row.decision_id) if row.decision_id else None,
        state=SetState(row.state),
        version=row.version,
    )


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(
        line_no=row.line_no,
        sku=row.sku,
        quantity=row.quantity,
        location_id=LocationId(row.location_id),
        location_plant_id=PlantId(row.location_plant_id),
        state=ReservationState(row.state),
    )

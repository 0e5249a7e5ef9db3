"""Orders with their lines and history; every change of one leaves an entry of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hedgerow.auth import Grant, Permission, TenantGrant
from hedgerow.contracts.orders import OrderLineView
from hedgerow.contracts.values import OrderId
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow.evidence import Differences, beginnings, differences
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from hedgerow_orders.domain.change import ChangeKind
from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.submission import Submission

from . import rows
from .tables import order_changes, order_lines, orders

_TENANT = ("tenant_id",)
_BEGINNING = ("state", "sourcing", "milestones", "updated_at", "version")  # alike in all new orders
_ADD = BulkInsert(
    orders,
    *("tenant_id", "id", *rows.SUBMITTED, *_BEGINNING),
    same=("tenant_id", *_BEGINNING),
    ignore_conflicts=True,
)
_ADD_LINES = BulkInsert(order_lines, "tenant_id", "order_id", *rows.LINE, same=_TENANT)
_ADD_CHANGES = BulkInsert(order_changes, "tenant_id", "order_id", *rows.CHANGE, same=_TENANT)
_SAVE = BulkUpdate(orders, key=("tenant_id", "id"), set=rows.CHANGING, same=_TENANT)
_MOVE_LINES = BulkUpdate(
    order_lines, key=("tenant_id", "order_id"), set=("plant_id",), same=_TENANT
)
_MOVE_CHANGES = BulkUpdate(
    order_changes, key=("tenant_id", "order_id"), set=("plant_id",), same=_TENANT
)
_LOCK = (
    select(orders.c.id, orders.c.number, *(orders.c[name] for name in rows.CHANGING))
    .where(orders.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(orders.c.id)
    .with_for_update(key_share=True)
)


class OrderExists(Conflict):
    code = "ORDER_EXISTS"

    def __init__(self) -> None:
        super().__init__(
            "There is already an order with this id.", "该订单标识已被使用", field="order_id"
        )


class OrderMissing(Exception):
    """An event speaks of an order that was never submitted here."""


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order with all that belongs to it."""

    order: Order
    submission: Submission
    lines: tuple[OrderLineView, ...]


class OrderStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id
        self._loaded: dict[OrderId, rows.Fields] = {}

    async def add(self, new: Sequence[tuple[TenantGrant, WholeOrder]]) -> None:
        """Raises OrderExists when any of the ids is taken, perhaps by an order out of reach: which
        one it is cannot be told, so the transaction is of no use any more unless it was the only.
        """
        for grant, each in new:
            grant.must_carry(Permission.ORDER_SUBMIT, at=each.order.plant_id)
        added = [each for _, each in new]
        result = await _ADD(
            self._conn,
            [
                {
                    "tenant_id": self._tenant_id,
                    "id": each.order.id,
                    **rows.submitted(each.order, each.submission),
                    **rows.changing(each.order),
                }
                for each in added
            ],
        )
        if result is not None and result.rowcount != len(added):
            raise OrderExists
        await _ADD_LINES(
            self._conn,
            [
                {"tenant_id": self._tenant_id, "order_id": each.order.id, **rows.line(line)}
                for each in added
                for line in each.lines
            ],
        )
        await self._add_changes(each.order for each in added)
        for each in added:
            made = rows.evident_submission(each.order, each.submission, each.lines)
            self._record(each.order, beginnings(made))

    async def lock(self, ids: Iterable[OrderId]) -> dict[OrderId, Order]:
        """The orders, held until the transaction ends; always locked in the same order.

        Raises OrderMissing when one does not exist.
        """
        wanted = sorted(set(ids))
        found = await self._lock(wanted)
        if missing := [str(each) for each in wanted if each not in found]:
            raise OrderMissing(", ".join(missing))
        return found

    async def get(self, order_id: OrderId) -> Order:
        """One order, held until the transaction ends. Raises PlantForbidden when the caller's
        reach does not hold it."""
        found = await self._lock([order_id])
        if order_id not in found:
            raise PlantForbidden(field="order_id", detail=f"no order {order_id} in reach")
        return found[order_id]

    async def save(self, changed: Sequence[tuple[Grant, Order]]) -> None:
        """Write what `lock` or `get` loaded and verbs changed. Each order once.

        A plant's order takes a grant that holds at that plant, an unassigned one a grant of the
        tenant.
        """
        for grant, order in changed:
            grant.must_carry(_needed(order), at=order.plant_id)
        saved = [order for _, order in changed]
        await _SAVE(
            self._conn,
            [
                {"tenant_id": self._tenant_id, "id": order.id, **rows.changing(order)}
                for order in saved
            ],
        )
        moved = [
            {"tenant_id": self._tenant_id, "order_id": order.id, "plant_id": order.plant_id}
            for order in saved
            if order.plant_id != self._loaded[order.id]["plant_id"]
        ]
        await _MOVE_LINES(self._conn, moved)
        await _MOVE_CHANGES(self._conn, moved)
        await self._add_changes(saved)
        for order in saved:
            self._record(order, differences(self._loaded[order.id], rows.evident(order)))

    async def _lock(self, ids: Sequence[OrderId]) -> dict[OrderId, Order]:
        result = await self._conn.execute(_LOCK, {"ids": ids})
        found = {row.id: rows.order(row) for row in result}
        self._loaded |= {id: rows.evident(order) for id, order in found.items()}
        return found

    def _record(self, order: Order, told: Differences) -> None:
        """One entry a version. The last of several in one transaction tells what all of them have
        changed: what stood between was never stored."""
        *earlier, last = order.changes
        for each, changes in (*((each, {}) for each in earlier), (last, told)):
            self._tx.record(
                order.aggregate,
                each.kind.lower(),
                changes,
                plant_id=order.plant_id,
                basis=each.basis,
            )

    async def _add_changes(self, changed: Iterable[Order]) -> None:
        await _ADD_CHANGES(
            self._conn,
            [
                {
                    "tenant_id": self._tenant_id,
                    "order_id": order.id,
                    **rows.change(each, order.plant_id),
                }
                for order in changed
                for each in order.changes
            ],
        )


def _needed(order: Order) -> Permission:
    """The right behind what was done to it."""
    if any(each.kind is ChangeKind.CANCELLED for each in order.changes):
        return Permission.ORDER_CANCEL
    return Permission.ORDER_ADVANCE

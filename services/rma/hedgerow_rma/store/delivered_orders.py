"""DeliveredOrder <-> rows of `delivered_orders`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.orders import Customer, DeliveredLine
from hedgerow.contracts.values import OrderId, PlantId
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import Row, bindparam, select

from hedgerow_rma.domain.delivered_order import DeliveredOrder

from .tables import delivered_orders

_ADD = BulkInsert(
    delivered_orders,
    *("tenant_id", "order_id", "plant_id", "number", "customer", "lines", "delivered_at"),
    same=("tenant_id",),
    ignore_conflicts=True,
)
_GET = select(delivered_orders).where(delivered_orders.c.order_id == bindparam("order_id"))
_LOCK = _GET.with_for_update()


class DeliveredOrderStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, delivered: Sequence[tuple[PlantGrant, DeliveredOrder]]) -> None:
        """An order is delivered once: what is here already stays as it is."""
        for grant, order in delivered:
            grant.must_carry(Permission.ORDER_ADVANCE, at=order.plant_id)
        await _ADD(
            self._tx.conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "order_id": order.order_id,
                    "plant_id": order.plant_id,
                    "number": order.number,
                    "customer": order.customer,
                    "lines": order.lines,
                    "delivered_at": order.delivered_at,
                }
                for _, order in delivered
            ],
        )

    async def get(self, order_id: OrderId) -> DeliveredOrder:
        """Raises PlantForbidden when it is hidden, unknown or not delivered."""
        return await self._read(_GET, order_id)

    async def lock(self, order_id: OrderId) -> DeliveredOrder:
        """As `get`; until the transaction ends, no other return of this order is requested."""
        return await self._read(_LOCK, order_id)

    async def _read(self, statement: Any, order_id: OrderId) -> DeliveredOrder:
        result = await self._tx.conn.execute(statement, {"order_id": order_id})
        row = result.one_or_none()
        if row is None or not self._tx.caller.holds(Permission.ORDER_READ, row.plant_id):
            raise PlantForbidden(field="order_id", detail=f"{self._tx.caller.subject}: {order_id}")
        return _order(row)


def _order(row: Row[Any]) -> DeliveredOrder:
    return DeliveredOrder(
        order_id=OrderId(row.order_id),
        number=row.number,
        plant_id=PlantId(row.plant_id),
        customer=msgspec.convert(row.customer, type=Customer),
        lines=msgspec.convert(row.lines, type=tuple[DeliveredLine, ...]),
        delivered_at=row.delivered_at,
    )

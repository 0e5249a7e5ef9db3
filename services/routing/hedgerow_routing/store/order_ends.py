"""When orders came to their end <-> `closed_at` of their decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.orders import OrderCancelled, OrderDelivered
from hedgerow.contracts.values import OrderId
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Uuid, any_, bindparam, update

from .decision_tables import decisions

_CLOSE = (
    update(decisions)
    .where(
        decisions.c.order_id == any_(bindparam("orders", type_=ARRAY(Uuid))),
        decisions.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("at"))
    .returning(decisions.c.decision_id, decisions.c.plant_id, decisions.c.order_id)
)


class OrderEndStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def close(
        self,
        grant: TenantGrant,
        events: Sequence[OrderDelivered] | Sequence[OrderCancelled],
        *,
        at: datetime,
    ) -> None:
        """The orders are open no more. One that ended before, or has no decision, is left alone."""
        grant.must_carry_everywhere(Permission.ORDER_ADVANCE, Permission.ORDER_CANCEL)
        because = {event.order_id: event for event in events}
        ended = await self._conn.execute(_CLOSE, {"orders": list(because), "at": at})
        for decision_id, plant_id, order_id in ended:
            self._tx.record(
                f"decision:{decision_id}",
                "closed",
                {"closed_at": (None, at)},
                plant_id=plant_id,
                because=because[OrderId(order_id)],
            )

"""Numbers for new orders, each given once."""

from __future__ import annotations

from hedgerow.transaction import Transaction
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from hedgerow_orders.domain.number import numbers, prefix_of

from .tables import order_numbers

_FIRST = insert(order_numbers).values(
    tenant_id=bindparam("tenant"), prefix=bindparam("day"), last=bindparam("count")
)
_GIVE = _FIRST.on_conflict_do_update(
    index_elements=["tenant_id", "prefix"],
    set_={"last": order_numbers.c.last + _FIRST.excluded.last},
).returning(order_numbers.c.last)


class NumberStore:
    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id
        self._now = tx.now

    async def give(self, count: int) -> list[str]:
        """The next `count` numbers of the day, which is that of the transaction in UTC.

        From here to the end of the transaction the tenant's other submissions wait, so call it
        late. What a rollback gives back is given again.
        """
        if count == 0:
            return []
        prefix = prefix_of(self._now)
        given = {"tenant": self._tenant_id, "day": prefix, "count": count}
        last = (await self._conn.execute(_GIVE, given)).scalar_one()
        return numbers(prefix, last, count)

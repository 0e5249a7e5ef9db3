"""Human numbers of returns: RMA20260329-0001, counted per tenant and UTC day without a gap."""

from __future__ import annotations

from hedgerow.transaction import Transaction
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from .tables import rma_numbers

_TAKE = (
    insert(rma_numbers)
    .values(tenant_id=bindparam("tenant_id"), day=bindparam("day"), last=1)
    .on_conflict_do_update(
        index_elements=["tenant_id", "day"], set_={"last": rma_numbers.c.last + 1}
    )
    .returning(rma_numbers.c.last)
)


class RmaNumberStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def take(self) -> str:
        """The next number of today. Others of the tenant wait for it until this transaction ends,
        so take it last."""
        day = f"{self._tx.now:%Y%m%d}"
        taken = await self._tx.conn.execute(_TAKE, {"tenant_id": self._tx.tenant_id, "day": day})
        return f"RMA{day}-{taken.scalar_one():04}"

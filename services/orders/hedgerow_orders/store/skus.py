"""What inventory has announced of its SKUs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hedgerow.auth import Permission, TenantGrant
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import ARRAY, Text, any_, bindparam, select

from hedgerow_orders.domain.lines import KnownSku

from .tables import known_skus

_KEEP = BulkInsert(
    known_skus, "tenant_id", "sku", "name", "unit", "custom", same=("tenant_id",)
).upserting(key=("tenant_id", "sku"), set=("name", "unit", "custom"))
_KNOWN = select(known_skus.c.sku, known_skus.c.name, known_skus.c.unit, known_skus.c.custom).where(
    known_skus.c.sku == any_(bindparam("skus", type_=ARRAY(Text)))
)


class SkuStore:
    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def keep(self, grant: TenantGrant, skus: Sequence[KnownSku]) -> None:
        """Remember them as they are now. Each SKU once."""
        grant.must_carry_everywhere(Permission.SKU_REGISTER)
        await _KEEP(
            self._conn,
            [
                {
                    "tenant_id": self._tenant_id,
                    "sku": each.sku,
                    "name": each.name,
                    "unit": each.unit,
                    "custom": each.custom,
                }
                for each in sorted(skus, key=lambda each: each.sku)  # one order of locks for all
            ],
        )

    async def known(self, skus: Iterable[str]) -> dict[str, KnownSku]:
        """Those of them that inventory has announced."""
        wanted = sorted(set(skus))
        if not wanted:
            return {}
        result = await self._conn.execute(_KNOWN, {"skus": wanted})
        return {row.sku: KnownSku(row.sku, row.name, row.unit, row.custom) for row in result}

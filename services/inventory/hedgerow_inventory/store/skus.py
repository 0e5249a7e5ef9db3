"""Sku <-> rows of `skus`. They are the whole tenant's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import ItemClass
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import ARRAY, Text, any_, bindparam, or_, select

from hedgerow_inventory.domain.sku import Sku

from .tables import skus

_KEPT = ("name", "unit", "item_class")
_REGISTER = BulkInsert(
    skus,
    *("tenant_id", "sku", *_KEPT, "version", "updated_at"),
    same=("tenant_id", "version", "updated_at"),
).upserting(
    key=("tenant_id", "sku"),
    set=(*_KEPT, "updated_at"),
    add=("version",),
    only_if=lambda old, new: or_(*(old[name].is_distinct_from(new[name]) for name in _KEPT)),
    returning=("sku", "version"),
)
_NAMED = select(skus).where(skus.c.sku == any_(bindparam("skus", type_=ARRAY(Text))))


class SkuStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def register(self, grant: TenantGrant, given: Sequence[Sku]) -> dict[str, int]:
        """Add these, or replace what differs. The new version of each that was changed, by SKU;
        what stood there already is left alone. Each SKU once."""
        grant.must_carry_everywhere(Permission.SKU_REGISTER)
        changed = await _REGISTER(
            self._tx.conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "sku": each.code,
                    "name": each.name,
                    "unit": each.unit,
                    "item_class": each.item_class,
                    "version": 1,
                    "updated_at": self._tx.now,
                }
                for each in sorted(given, key=lambda each: each.code)  # one order of locks for all
            ],
        )
        return {} if changed is None else {row.sku: row.version for row in changed}

    async def named(self, codes: Iterable[str]) -> dict[str, Sku]:
        """By code; a code that is not registered is not in the answer."""
        rows = await self._tx.conn.execute(_NAMED, {"skus": sorted(set(codes))})
        return {row.sku: sku_of(row) for row in rows}


def sku_of(row: Any) -> Sku:
    """A row with the columns of `skus`."""
    return Sku(row.sku, row.name, row.unit, ItemClass(row.item_class))

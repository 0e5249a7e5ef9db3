"""Sku <-> rows of `skus`. They are the whole tenant's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import ItemClass
from hedgerow.evidence import differences
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Text, any_, bindparam, select

from hedgerow_inventory.domain.sku import Sku

from .tables import skus

_KEPT = ("name", "unit", "item_class")
_ADD = BulkInsert(
    skus,
    *("tenant_id", "sku", *_KEPT, "version", "updated_at"),
    same=("tenant_id", "version", "updated_at"),
    ignore_conflicts=True,
    returning=("sku",),
)
_CODES = any_(bindparam("skus", type_=ARRAY(Text)))
_LOCK = (
    select(skus).where(skus.c.sku == _CODES).order_by(skus.c.sku).with_for_update(key_share=True)
)
_REPLACE = BulkUpdate(
    skus,
    key=("tenant_id", "sku"),
    set=(*_KEPT, "version", "updated_at"),
    same=("tenant_id", "updated_at"),
)
_NAMED = select(skus).where(skus.c.sku == _CODES)


class SkuStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def register(self, grant: TenantGrant, given: Sequence[Sku]) -> dict[str, int]:
        """Add these, or replace what differs. The new version of each that was changed, by SKU;
        what stood there already is left alone. Each SKU once."""
        grant.must_carry_everywhere(Permission.SKU_REGISTER)
        given = sorted(given, key=lambda each: each.code)  # one order of locks for all
        added = await _ADD(self._tx.conn, [self._row(each, 1) for each in given])
        new = {row.sku for row in added} if added is not None else set()
        old = [each for each in given if each.code not in new]
        versions = dict.fromkeys(new, 1)
        before = await self._locked(old) if old else {}
        replaced = [each for each in old if _kept(each) != _kept(before[each.code])]
        versions |= {each.code: before[each.code].version + 1 for each in replaced}
        await _REPLACE(self._tx.conn, [self._row(each, versions[each.code]) for each in replaced])
        for each in given:
            if each.code in versions:
                self._record(each, before.get(each.code))
        return versions

    async def _locked(self, given: Sequence[Sku]) -> Mapping[str, Any]:
        rows = await self._tx.conn.execute(_LOCK, {"skus": [each.code for each in given]})
        return {row.sku: row for row in rows}

    def _row(self, each: Sku, version: int) -> dict[str, Any]:
        return {
            "tenant_id": self._tx.tenant_id,
            "sku": each.code,
            **_kept(each),
            "version": version,
            "updated_at": self._tx.now,
        }

    def _record(self, each: Sku, before: Any) -> None:
        was = _kept(before) if before is not None else dict.fromkeys(_KEPT)
        self._tx.record(
            f"sku:{self._tx.tenant_id}:{each.code}",
            "registered" if before is None else "changed",
            differences(was, _kept(each)),
            plant_id=None,
        )

    async def named(self, codes: Iterable[str]) -> dict[str, Sku]:
        """By code; a code that is not registered is not in the answer."""
        rows = await self._tx.conn.execute(_NAMED, {"skus": sorted(set(codes))})
        return {row.sku: sku_of(row) for row in rows}


def sku_of(row: Any) -> Sku:
    """A row with the columns of `skus`."""
    return Sku(row.sku, row.name, row.unit, ItemClass(row.item_class))


def _kept(each: Any) -> dict[str, Any]:
    """Of a Sku or a row."""
    return {name: getattr(each, name) for name in _KEPT}

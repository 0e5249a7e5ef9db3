"""Sku <-> rows of `skus`. They are the whole tenant's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import ItemClass, SkuEntry
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from hedgerow_inventory.domain.sku import Sku

from .grants import require
from .tables import skus

_GIVEN = ("sku", "name", "unit", "item_class")
_ENTRIES = (
    func.unnest(*(bindparam(name, type_=ARRAY(Text)) for name in _GIVEN))
    .table_valued(*(column(name, Text) for name in _GIVEN), name="given")
    .render_derived()
)
_NEW = insert(skus).from_select(
    ["tenant_id", *_GIVEN, "version", "updated_at"],
    select(
        bindparam("tenant_id", type_=Uuid),
        *(_ENTRIES.c[name] for name in _GIVEN),
        literal_column("1", BigInteger),
        bindparam("at", type_=DateTime(timezone=True)),
    ).order_by(_ENTRIES.c.sku),
)
_REGISTER = _NEW.on_conflict_do_update(
    index_elements=["tenant_id", "sku"],
    set_={name: _NEW.excluded[name] for name in ("name", "unit", "item_class", "updated_at")}
    | {"version": skus.c.version + 1},
    where=or_(
        *(
            skus.c[name].is_distinct_from(_NEW.excluded[name])
            for name in ("name", "unit", "item_class")
        )
    ),
).returning(skus.c.sku, skus.c.version)
_NAMED = select(skus).where(skus.c.sku == any_(bindparam("skus", type_=ARRAY(Text))))


class SkuStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def register(self, grant: TenantGrant, entries: Sequence[SkuEntry]) -> dict[str, int]:
        """Add these, or replace what differs. The new version of each that was changed, by SKU;
        what stood there already is left alone."""
        require(grant, Permission.SKU_REGISTER)
        rows = await self._tx.conn.execute(
            _REGISTER,
            {name: [getattr(entry, name) for entry in entries] for name in _GIVEN}
            | {"tenant_id": self._tx.tenant_id, "at": self._tx.now},
        )
        return {row.sku: row.version for row in rows}

    async def named(self, codes: Iterable[str]) -> dict[str, Sku]:
        """By code; a code that is not registered is not in the answer."""
        rows = await self._tx.conn.execute(_NAMED, {"skus": sorted(set(codes))})
        return {row.sku: sku_of(row) for row in rows}


def sku_of(row: Any) -> Sku:
    """A row with the columns of `skus`."""
    return Sku(row.sku, row.name, row.unit, ItemClass(row.item_class))

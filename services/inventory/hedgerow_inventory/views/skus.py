"""The tenant's SKUs: no secret among its plants. Who sees no plant sees none."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import ListSkus, SkuPage, SkusByCodes, SkuView
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from sqlalchemy import select

from hedgerow_inventory.domain.inputs import storable
from hedgerow_inventory.domain.sku import Sku
from hedgerow_inventory.store.skus import SkuStore, sku_of
from hedgerow_inventory.store.tables import skus


def sku_view(sku: Sku) -> SkuView:
    return SkuView(
        sku=sku.code,
        name=sku.name,
        unit=sku.unit,
        item_class=sku.item_class,
        custom=sku.custom,
    )


@answers_along("skus")
async def skus_by_codes(query: SkusByCodes, tx: Transaction) -> tuple[SkuView | None, ...]:
    """Answers in the order of the codes; None for what is not registered."""
    for position, code in enumerate(query.skus):
        storable(code, f"skus.{position}")
    if not tx.caller.holds_somewhere(Permission.PLANT_READ):
        return (None,) * len(query.skus)
    found = await SkuStore(tx).named(query.skus)
    return tuple(sku_view(found[code]) if code in found else None for code in query.skus)


async def list_skus(query: ListSkus, tx: Transaction) -> SkuPage:
    """Every SKU of the tenant, by code. Raises NotPermitted for who sees no plant."""
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    part = await windowed(tx.conn, select(skus), query.page, by=(skus.c.sku,))
    return SkuPage(
        skus=tuple(sku_view(sku_of(row)) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )

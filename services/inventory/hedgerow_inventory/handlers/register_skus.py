"""Commands from whoever keeps the tenant's master data."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import RegisterSkus, SkuRegistered, SkuView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.sku import registered
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.views.skus import sku_view


async def register_skus(command: RegisterSkus, tx: Transaction) -> tuple[SkuView, ...]:
    """Make SKUs known to the tenant, or change their name, unit or class."""
    grant = tx.caller.grant_tenant(Permission.SKU_REGISTER)
    skus = registered(command.skus)
    versions = await SkuStore(tx).register(grant, skus)
    views = tuple(map(sku_view, skus))
    for view in views:
        if view.sku in versions:
            tx.emit(
                SkuRegistered(sku=view),
                aggregate=f"sku:{tx.tenant_id}:{view.sku}",
                version=versions[view.sku],
                plant_id=None,
            )
    return views

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import SkuRegistered
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_orders.domain.lines import KnownSku
from hedgerow_orders.store.skus import SkuStore


@batched()
async def on_skus_registered(events: Sequence[SkuRegistered], tx: Transaction) -> None:
    """Keep what new lines need to know of a SKU. Lines of earlier orders keep what they had."""
    grant = tx.caller.grant_tenant(Permission.SKU_REGISTER)
    views = [event.sku for event in events]
    await SkuStore(tx).keep(
        grant, [KnownSku(view.sku, view.name, view.unit, view.custom) for view in views]
    )

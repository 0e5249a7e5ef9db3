from __future__ import annotations

from hedgerow.contracts.releases import ReleasePublished
from hedgerow.transaction import Transaction

from hedgerow_inventory.handlers.set_safety_level import set_safety_level
from hedgerow_inventory.store.skus import SkuStore


async def on_release_published(event: ReleasePublished, tx: Transaction) -> None:
    """Set the safety levels that a release brings, as if each were set by itself. One for an article
    that nobody has registered is left out: there is no stock that it could be kept of. Releases
    come in their order, so the last one stands."""
    known = await SkuStore(tx).named(each.sku.strip() for each in event.safety)
    for each in event.safety:
        if each.sku.strip() in known:
            await set_safety_level(each, tx)

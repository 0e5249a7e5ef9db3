from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import RecordSupply, SupplyView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import SKU_LENGTH, instant, named, positive
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.supplies import SupplyStore


async def record_supply(command: RecordSupply, tx: Transaction) -> SupplyView:
    """Note a purchase that is on its way; it is open until it is received."""
    grant = tx.caller.grant(command.plant_id, Permission.SUPPLY_RECORD, field="location_id")
    named(command.sku, "sku", most=SKU_LENGTH)
    positive(command.quantity, "quantity")
    instant(command.due_at, "due_at")
    named(command.reference, "reference")

    known(await SkuStore(tx).named([command.sku]), command.sku, "sku")
    await LocationStore(tx).claim_own(grant, command.location_id, command.plant_id)
    await SupplyStore(tx).add(grant, command)

    return SupplyView(
        supply_id=command.supply_id,
        plant_id=command.plant_id,
        location_id=command.location_id,
        sku=command.sku,
        quantity=command.quantity,
        due_at=command.due_at,
        reference=command.reference,
        received_at=None,
    )

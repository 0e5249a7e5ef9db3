from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.fields import instant, one_line, positive
from hedgerow.contracts.inventory import RecordSupply, SupplyView
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.inputs import SKU_LENGTH, TEXT_LENGTH
from hedgerow_inventory.domain.sku import known
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.supplies import SupplyStore


async def record_supply(command: RecordSupply, tx: Transaction) -> SupplyView:
    """Note a purchase that is on its way; it is open until it is received."""
    grant = tx.caller.grant(command.plant_id, Permission.SUPPLY_RECORD, field="location_id")
    supply = SupplyView(
        supply_id=command.supply_id,
        plant_id=command.plant_id,
        location_id=command.location_id,
        sku=one_line(command.sku, "sku", most=SKU_LENGTH),
        quantity=positive(command.quantity, "quantity"),
        due_at=instant(command.due_at, "due_at"),
        reference=one_line(command.reference, "reference", most=TEXT_LENGTH),
        received_at=None,
    )

    known(await SkuStore(tx).named([supply.sku]), supply.sku, "sku")
    await LocationStore(tx).claim_own(grant, supply.location_id, supply.plant_id)
    await SupplyStore(tx).add(grant, supply)

    return supply

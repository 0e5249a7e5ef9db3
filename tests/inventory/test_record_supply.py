from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadQuantity, BadText, BadTime
from hedgerow.contracts.inventory import RecordSupply, SupplyView
from hedgerow.contracts.values import SupplyId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_inventory.domain.sku import UnknownSku
from hedgerow_inventory.domain.supply import SupplyExists
from hedgerow_inventory.handlers.record_supply import record_supply
from inventory.makers import BOLT, HANGZHOU, NINGBO, SUZHOU, refused, register, rows
from worlds import NOON, administrator, caller, transaction


def supply(**changes):
    given = {
        "supply_id": SupplyId(new_id()),
        "plant_id": NINGBO,
        "location_id": HANGZHOU,
        "sku": BOLT,
        "quantity": Decimal(500),
        "due_at": NOON + timedelta(days=3),
        "reference": "PO-20260326-4",
    }
    return RecordSupply(**given | changes)


async def test_a_purchase_is_kept_as_open(inventory_db):
    command = supply()
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        view = await record_supply(command, tx)

        assert view == SupplyView(
            supply_id=command.supply_id,
            plant_id=NINGBO,
            location_id=HANGZHOU,
            sku=BOLT,
            quantity=Decimal(500),
            due_at=command.due_at,
            reference="PO-20260326-4",
            received_at=None,
        )
        [row] = await rows(tx, "supplies")
        assert (row["quantity"], row["received_at"]) == (500, None)
        assert (row["recorded_by"], row["recorded_at"]) == ("administrator", NOON)


async def test_it_may_be_overdue_at_once(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        view = await record_supply(supply(due_at=NOON - timedelta(days=30)), tx)

        assert view.due_at == NOON - timedelta(days=30)


async def test_the_same_purchase_is_not_recorded_twice(inventory_db):
    command = supply()
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await record_supply(command, tx)

        async with refused(tx, SupplyExists, "supply_id"):
            await record_supply(command, tx)


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"quantity": Decimal(0)}, BadQuantity, "quantity"),
        ({"sku": "GHOST"}, UnknownSku, "sku"),
        ({"sku": "\0"}, BadText, "sku"),
        ({"reference": ""}, BadText, "reference"),
        ({"due_at": datetime(2026, 4, 1)}, BadTime, "due_at"),  # noqa: DTZ001
        ({"due_at": datetime(9999, 12, 31, tzinfo=UTC)}, BadTime, "due_at"),
    ],
)
async def test_what_cannot_be_kept_is_refused(inventory_db, changes, kind, field):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        async with refused(tx, kind, field):
            await record_supply(supply(**changes), tx)


@pytest.mark.parametrize(
    ("role", "plant", "kind", "field"),
    [
        (Role.WAREHOUSE_LEAD, NINGBO, NotPermitted, ""),
        (Role.PURCHASER, SUZHOU, PlantForbidden, "location_id"),
    ],
)
async def test_it_takes_the_right_at_the_locations_plant(inventory_db, role, plant, kind, field):
    async with transaction(inventory_db, caller(plants={plant: role})) as tx:
        async with refused(tx, kind, field):
            await record_supply(supply(), tx)

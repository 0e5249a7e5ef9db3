from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadPercent, BadQuantity
from hedgerow.contracts.inventory import SetSafetyLevel
from hedgerow.errors import PlantForbidden
from hedgerow_inventory.domain.sku import UnknownSku
from hedgerow_inventory.handlers.set_safety_level import set_safety_level
from inventory.makers import BOLT, HANGZHOU, NINGBO, SUZHOU, receive, refused, register, rows
from worlds import administrator, caller, transaction


def level(value, *, sku=BOLT, plant_id=NINGBO, percent=None):
    return SetSafetyLevel(
        plant_id=plant_id,
        location_id=HANGZHOU,
        sku=sku,
        level=Decimal(value),
        clear_percent=None if percent is None else Decimal(percent),
    )


async def test_the_level_lowers_what_can_be_promised(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))

        view = await set_safety_level(level("80"), tx)

        assert (view.safety_level, view.available, view.atp) == (80, 100, 20)
        [row] = await rows(tx, "stock")
        assert (row["safety_level"], row["on_hand"], row["version"]) == (80, 100, 2)
        told = tx.emitted[-1]
        assert (told.event.stock, told.event.kind, told.version) == (view, "SAFETY_LEVEL", 2)


async def test_the_ledger_keeps_who_changed_it_and_from_what(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await set_safety_level(level("80"), tx)

        await set_safety_level(level("90"), tx)

        entry = (await rows(tx, "stock_ledger"))[-1]
        assert (entry["kind"], entry["reason"]) == ("SAFETY_LEVEL", "80 -> 90")
        assert (entry["by"], entry["on_hand"]) == ("administrator", 0)


async def test_a_level_may_be_set_before_anything_was_received(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        view = await set_safety_level(level("80"), tx)

        assert (view.on_hand, view.safety_level, view.atp) == (0, 80, 0)


@pytest.mark.parametrize(
    ("percent", "kept", "clear_level"),
    [("0", "0", "80"), ("15.50", "15.5", "92.4"), ("1000", "1000", "880")],
)
async def test_a_clear_percent_is_kept_until_another_is_given(
    inventory_db, percent, kept, clear_level
):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        await set_safety_level(level("80", percent=percent), tx)
        view = await set_safety_level(level("80"), tx)

        assert str(view.clear_percent) == kept
        assert str(view.overflow.clear_level) == clear_level
        [row] = await rows(tx, "stock")
        assert (row["safety_level"], row["clear_percent"]) == (80, Decimal(kept))


@pytest.mark.parametrize(
    ("command", "kind", "field"),
    [
        (level("-1"), BadQuantity, "level"),
        (level("Infinity"), BadQuantity, "level"),
        (level("1", sku="GHOST"), UnknownSku, "sku"),
        (level("1", percent="-0.01"), BadPercent, "clear_percent"),
        (level("1", percent="1000.01"), BadPercent, "clear_percent"),
        (level("1", percent="0.001"), BadPercent, "clear_percent"),
        (level("1", percent="NaN"), BadPercent, "clear_percent"),
        (level("1", percent="Infinity"), BadPercent, "clear_percent"),
    ],
)
async def test_what_cannot_be_set_is_refused(inventory_db, command, kind, field):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        async with refused(tx, kind, field):
            await set_safety_level(command, tx)


@pytest.mark.parametrize(
    ("role", "plant", "kind", "field"),
    [
        (Role.WAREHOUSE_LEAD, NINGBO, NotPermitted, ""),
        (Role.PLANT_MANAGER, SUZHOU, PlantForbidden, "location_id"),
    ],
)
async def test_it_takes_the_right_at_the_locations_plant(inventory_db, role, plant, kind, field):
    async with transaction(inventory_db, caller(plants={plant: role})) as tx:
        async with refused(tx, kind, field):
            await set_safety_level(level("80"), tx)

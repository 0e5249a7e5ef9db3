from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadQuantity, BadText
from hedgerow.contracts.inventory import AdjustStock
from hedgerow.errors import PlantForbidden
from hedgerow_inventory.domain.sku import UnknownSku
from hedgerow_inventory.domain.stock import StockPromised
from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    SUZHOU,
    become,
    counters,
    reactor,
    receive,
    refused,
    register,
    routed,
    rows,
)
from worlds import administrator, caller, transaction


def adjusted(delta, *, sku=BOLT, reason="盘点差异", plant_id=NINGBO):
    return AdjustStock(
        plant_id=plant_id, location_id=HANGZHOU, sku=sku, delta=Decimal(delta), reason=reason
    )


async def test_a_counted_difference_is_booked_with_its_reason(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))

        view = await adjust_stock(adjusted("-2.5"), tx)

        assert (view.on_hand, view.available) == (Decimal("97.5"), Decimal("97.5"))
        entry = (await rows(tx, "stock_ledger"))[-1]
        assert (entry["kind"], entry["on_hand"]) == ("ADJUSTMENT", Decimal("-2.5"))
        assert (entry["reason"], entry["reference"]) == ("盘点差异", "")
        told = tx.emitted[-1]
        assert (told.event.stock, told.event.kind, told.version) == (view, "ADJUSTMENT", 2)


async def test_goods_may_be_found_where_there_were_none(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        view = await adjust_stock(adjusted("7"), tx)

        assert view.on_hand == 7


async def test_what_is_promised_stays(inventory_db):
    boss = administrator()
    async with transaction(inventory_db, boss) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))
        await become(tx, reactor(boss.tenant_id))
        await on_orders_routed([routed((BOLT, 60))], tx)
        await become(tx, boss)

        async with refused(tx, StockPromised, "delta"):
            await adjust_stock(adjusted("-41"), tx)
        await adjust_stock(adjusted("-40"), tx)

        assert await counters(tx, HANGZHOU, BOLT) == (60, 60, 0, 0, 0)


async def test_the_refusal_names_what_is_free(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, "12.5"))

        with pytest.raises(StockPromised) as refusal:
            await adjust_stock(adjusted("-13"), tx)

        assert refusal.value.en.startswith("At most 12.5 ")
        assert "12.5" in refusal.value.zh


@pytest.mark.parametrize(
    ("command", "kind", "field"),
    [
        (adjusted("0"), BadQuantity, "delta"),
        (adjusted("-NaN"), BadQuantity, "delta"),
        (adjusted("1E+12"), BadQuantity, "delta"),
        (adjusted("-1"), StockPromised, "delta"),
        (adjusted("1", reason=""), BadText, "reason"),
        (adjusted("1", reason="因\0"), BadText, "reason"),
        (adjusted("1", sku="GHOST"), UnknownSku, "sku"),
        (adjusted("1", sku="\ud800"), BadText, "sku"),
    ],
)
async def test_what_cannot_be_booked_is_refused(inventory_db, command, kind, field):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        async with refused(tx, kind, field):
            await adjust_stock(command, tx)


async def test_it_takes_the_right_at_the_locations_plant(inventory_db):
    boss = administrator()
    async with transaction(inventory_db, boss) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))

        await become(tx, caller(boss.tenant_id, plants={NINGBO: Role.SALES}))
        async with refused(tx, NotPermitted, ""):
            await adjust_stock(adjusted("1"), tx)
        await become(tx, caller(boss.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER}))
        async with refused(tx, PlantForbidden, "location_id"):
            await adjust_stock(adjusted("1"), tx)
        async with refused(tx, PlantForbidden, "location_id"):
            await adjust_stock(adjusted("1", plant_id=SUZHOU), tx)

from decimal import Decimal

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.fields import BadText
from hedgerow.contracts.inventory import (
    OverflowState,
    OverflowView,
    StockByKeys,
    StockKey,
    StockView,
)
from hedgerow.contracts.values import LocationId, new_id
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.views.stock import stock_by_keys
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    SUZHOU,
    become,
    protect,
    reactor,
    receive,
    refused,
    register,
    routed,
)
from worlds import NOON, caller, transaction

HERE, THERE = StockKey(BOLT, HANGZHOU), StockKey(BOLT, HEFEI)


async def stocked(tx):
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    await receive(tx, HEFEI, (BOLT, 50))


async def test_it_answers_in_the_order_of_the_keys(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await protect(tx, HANGZHOU, BOLT, 80)
        await on_orders_routed([routed((BOLT, 10))], tx)
        unknown = [StockKey("GHOST", HANGZHOU), StockKey(BOLT, LocationId(new_id()))]

        answer = await stock_by_keys(StockByKeys(keys=(THERE, *unknown, HERE, HERE)), tx)

        assert [view and view.on_hand for view in answer] == [50, None, None, 100, 100]
        assert answer[3] == StockView(
            sku=BOLT,
            location_id=HANGZHOU,
            plant_id=NINGBO,
            unit="pcs",
            on_hand=Decimal(100),
            reserved=Decimal(10),
            allocated=Decimal(0),
            quality_hold=Decimal(0),
            damaged=Decimal(0),
            available=Decimal(90),
            safety_level=Decimal(80),
            atp=Decimal(10),
            updated_at=NOON,
            clear_percent=Decimal(0),
            overflow=OverflowView(
                state=OverflowState.CLEAR,
                clear_level=Decimal(80),
                tripped_at=None,
                kind=None,
                because=None,
            ),
        )


async def test_no_keys_no_answers(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        assert await stock_by_keys(StockByKeys(keys=()), tx) == ()


@pytest.mark.parametrize(
    ("role", "plant", "seen"),
    [
        (Role.SALES, NINGBO, [100, None]),
        (Role.SALES, SUZHOU, [None, 50]),
        (Role.SUPPORT, NINGBO, [None, None]),
    ],
)
async def test_stock_is_seen_with_the_right_to_read_it_at_its_plant(
    inventory_db, role, plant, seen
):
    boss = reactor()
    async with transaction(inventory_db, boss) as tx:
        await stocked(tx)
        await become(tx, caller(boss.tenant_id, plants={plant: role}))

        answer = await stock_by_keys(StockByKeys(keys=(HERE, THERE)), tx)

        assert [view and view.on_hand for view in answer] == seen


async def test_rights_at_two_plants_do_not_mix(inventory_db):
    boss = reactor()
    who = caller(boss.tenant_id, plants={NINGBO: Role.SUPPORT, SUZHOU: Role.SALES})
    async with transaction(inventory_db, boss) as tx:
        await stocked(tx)
        await become(tx, who)

        answer = await stock_by_keys(StockByKeys(keys=(HERE, THERE)), tx)

        assert [view and view.on_hand for view in answer] == [None, 50]


async def test_another_tenant_sees_nothing(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await become(tx, reactor())

        assert await stock_by_keys(StockByKeys(keys=(HERE, THERE)), tx) == (None, None)


async def test_a_key_that_cannot_be_stored_is_refused(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        async with refused(tx, BadText, "keys.1.sku"):
            await stock_by_keys(StockByKeys(keys=(HERE, StockKey("A\0", HEFEI))), tx)

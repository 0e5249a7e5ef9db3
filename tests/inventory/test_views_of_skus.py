import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadText
from hedgerow.contracts.inventory import ItemClass, ListSkus, SkusByCodes, SkuView
from hedgerow.contracts.values import Page
from hedgerow.transaction.windows import BadCursor, BadPageSize
from hedgerow_inventory.views.skus import list_skus, skus_by_codes
from inventory.makers import BOLT, NINGBO, NUT, become, reactor, refused, register
from worlds import caller, transaction


async def test_skus_are_answered_in_the_order_of_their_codes(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        await register(tx, NUT, item_class=ItemClass.CUSTOM)

        answer = await skus_by_codes(SkusByCodes(skus=(NUT, "GHOST", BOLT, NUT)), tx)

        assert [view and view.sku for view in answer] == [NUT, None, BOLT, NUT]
        assert answer[0] == SkuView(
            sku=NUT, name=f"{NUT} 零件", unit="pcs", item_class=ItemClass.CUSTOM, custom=True
        )


async def test_skus_are_listed_by_code(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, "b", "A", "螺栓", "a")

        first = await list_skus(ListSkus(page=Page(first=3, total=True)), tx)
        second = await list_skus(ListSkus(page=Page(first=3, after=first.cursors[-1])), tx)

        assert [view.sku for view in first.skus + second.skus] == ["A", "a", "b", "螺栓"]
        assert (first.has_next, second.has_next, first.total) == (True, False, 4)


async def test_who_sees_a_plant_sees_the_tenants_skus_and_nobody_else(inventory_db):
    boss = reactor()
    async with transaction(inventory_db, boss) as tx:
        await register(tx, BOLT)

        await become(tx, caller(boss.tenant_id, plants={NINGBO: Role.SUPPORT}))
        assert len((await list_skus(ListSkus(page=Page(first=1)), tx)).skus) == 1
        await become(tx, caller(boss.tenant_id))
        assert await skus_by_codes(SkusByCodes(skus=(BOLT,)), tx) == (None,)
        with pytest.raises(NotPermitted):
            await list_skus(ListSkus(page=Page(first=1)), tx)
        await become(tx, reactor())
        assert (await list_skus(ListSkus(page=Page(first=1)), tx)).skus == ()
        assert await skus_by_codes(SkusByCodes(skus=(BOLT,)), tx) == (None,)


@pytest.mark.parametrize(
    ("page", "kind", "field"),
    [
        (Page(), BadPageSize, "page.first"),
        (Page(first=1, after="WzFd"), BadCursor, "page.after"),
    ],
)
async def test_bad_windows_are_refused(inventory_db, page, kind, field):
    async with transaction(inventory_db, reactor()) as tx:
        async with refused(tx, kind, field):
            await list_skus(ListSkus(page=page), tx)


async def test_a_code_that_cannot_be_stored_is_refused(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        async with refused(tx, BadText, "skus.1"):
            await skus_by_codes(SkusByCodes(skus=(BOLT, "\0")), tx)

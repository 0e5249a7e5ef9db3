import pytest
from hedgerow.auth import Role
from hedgerow.contracts.fields import BadText
from hedgerow.contracts.inventory import ListStock, StockWhere
from hedgerow.contracts.values import LocationId, Page, PlantId, new_id
from hedgerow.transaction.windows import BadCursor, BadPageSize
from hedgerow_inventory.views.stock import list_stock
from inventory.makers import (
    HANGZHOU,
    HEFEI,
    NINGBO,
    SUZHOU,
    become,
    protect,
    reactor,
    receive,
    refused,
    register,
)
from worlds import caller, transaction

SKUS = ("A-1", "A-2", "b-1", "螺栓")
HERE, THERE = sorted((HANGZHOU, HEFEI))
ALL = [(sku, place) for sku in SKUS for place in (HERE, THERE)]


async def stocked(tx):
    await register(tx, *SKUS)
    for place in (HANGZHOU, HEFEI):
        await receive(tx, place, *((sku, 100) for sku in SKUS))


def keys(page):
    return [(item.sku, item.location_id) for item in page.items]


async def ask(tx, where=None, **page):
    return await list_stock(ListStock(where=where or StockWhere(), page=Page(**page)), tx)


async def test_stock_is_listed_by_sku_then_location(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        page = await ask(tx, first=100, total=True)

        assert keys(page) == ALL
        assert (page.has_next, page.has_previous, page.total) == (False, False, 8)
        assert (await ask(tx, first=100)).total is None


@pytest.mark.parametrize("size", [1, 3, 8])
async def test_paging_forward_meets_every_item_once(inventory_db, size):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        met, after, more = [], None, True
        while more:
            page = await ask(tx, first=size, after=after)
            met += keys(page)
            after, more = page.cursors[-1], page.has_next

        assert met == ALL


@pytest.mark.parametrize("size", [1, 3, 8])
async def test_paging_backward_meets_every_item_once(inventory_db, size):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        met, before, more = [], None, True
        while more:
            page = await ask(tx, last=size, before=before)
            met = keys(page) + met
            before, more = page.cursors[0], page.has_previous

        assert met == ALL


async def test_a_window_may_have_both_ends(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        cursors = (await ask(tx, first=8)).cursors

        front = await ask(tx, first=2, after=cursors[1], before=cursors[6])
        back = await ask(tx, last=2, after=cursors[1], before=cursors[6])

        assert (keys(front), front.has_next, front.has_previous) == (ALL[2:4], True, True)
        assert (keys(back), back.has_next, back.has_previous) == (ALL[4:6], True, True)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (StockWhere(skus=("A-2", "螺栓", "GHOST")), ALL[2:4] + ALL[6:]),
        (StockWhere(location_ids=(HERE,)), ALL[::2]),
        (StockWhere(plant_ids=(NINGBO, SUZHOU)), ALL),
        (StockWhere(plant_ids=(PlantId(new_id()),)), []),
        (StockWhere(below_safety=True), [("A-1", HANGZHOU)]),
        (StockWhere(tripped=True), [("A-1", HANGZHOU)]),
        (StockWhere(tripped=False, skus=("A-1",)), [("A-1", HEFEI)]),
        (StockWhere(below_safety=False, skus=("A-1",)), [("A-1", HEFEI)]),
    ],
)
async def test_conditions_hold_together(inventory_db, where, expected):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await protect(tx, HANGZHOU, "A-1", "100.5")
        await protect(tx, HANGZHOU, "A-2", "100")

        page = await ask(tx, where, first=100, total=True)

        assert keys(page) == expected
        assert page.total == len(expected)


@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.SALES, [(sku, HANGZHOU) for sku in SKUS]), (Role.SUPPORT, [])],
)
async def test_only_plants_with_the_right_to_read_stock_are_listed(inventory_db, role, expected):
    boss = reactor()
    async with transaction(inventory_db, boss) as tx:
        await stocked(tx)
        await become(tx, caller(boss.tenant_id, plants={NINGBO: role}))

        page = await ask(tx, first=100, total=True)
        foreign = await ask(tx, StockWhere(location_ids=(HEFEI,)), first=100, total=True)

        assert keys(page) == expected
        assert page.total == len(expected)
        assert (foreign.items, foreign.total) == ((), 0)


@pytest.mark.parametrize(
    ("where", "page", "kind", "field"),
    [
        (StockWhere(), Page(first=101), BadPageSize, "page.first"),
        (StockWhere(), Page(first=1, after="x"), BadCursor, "page.after"),
        (StockWhere(skus=("A", "\0")), Page(first=1), BadText, "where.skus.1"),
        (StockWhere(skus=("\udfff",)), Page(first=1), BadText, "where.skus.0"),
    ],
)
async def test_bad_questions_are_refused(inventory_db, where, page, kind, field):
    async with transaction(inventory_db, reactor()) as tx:
        async with refused(tx, kind, field):
            await list_stock(ListStock(where=where, page=page), tx)


async def test_an_unknown_location_has_no_stock(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)

        page = await ask(tx, StockWhere(location_ids=(LocationId(new_id()),)), last=10)

        assert (page.items, page.has_next, page.has_previous) == ((), False, False)

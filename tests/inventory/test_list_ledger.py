from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.fields import BadText
from hedgerow.contracts.inventory import LedgerView, ListLedger
from hedgerow.contracts.values import Page
from hedgerow.transaction.windows import BadCursor
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.views.ledger import list_ledger
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    become,
    reactor,
    receive,
    refused,
    register,
    routed,
)
from worlds import NOON, caller, transaction


async def ask(tx, page=None, **where):
    return await list_ledger(ListLedger(page=page or Page(first=100), **where), tx)


async def lived(tx, order):
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    await receive(tx, HEFEI, (NUT, 50))
    tx.now = NOON + timedelta(hours=1)
    await on_orders_routed([order], tx)


async def test_the_newest_entry_comes_first(inventory_db):
    order = routed((BOLT, 10), (NUT, 5))
    async with transaction(inventory_db, reactor()) as tx:
        await lived(tx, order)

        page = await ask(tx, Page(first=100, total=True))

        assert [(e.kind, e.sku) for e in page.entries] == [
            ("RESERVATION", NUT),
            ("RESERVATION", BOLT),
            ("RECEIPT", NUT),
            ("RECEIPT", BOLT),
        ]
        assert page.total == 4
        assert page.entries[1] == LedgerView(
            entry_id=page.entries[1].entry_id,
            at=NOON + timedelta(hours=1),
            kind="RESERVATION",
            sku=BOLT,
            location_id=HANGZHOU,
            plant_id=NINGBO,
            on_hand=Decimal(0),
            reserved=Decimal(10),
            allocated=Decimal(0),
            quality_hold=Decimal(0),
            damaged=Decimal(0),
            reference=f"order:{order.order_id}",
            reason="",
            by="service:inventory",
        )


async def test_paging_meets_every_entry_once_from_both_ends(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await lived(tx, routed((BOLT, 10), (NUT, 5)))
        ids = [entry.entry_id for entry in (await ask(tx)).entries]

        front = await ask(tx, Page(first=3))
        rest = await ask(tx, Page(first=3, after=front.cursors[-1]))
        back = await ask(tx, Page(last=3))
        top = await ask(tx, Page(last=3, before=back.cursors[0]))

        assert [e.entry_id for e in front.entries + rest.entries] == ids
        assert [e.entry_id for e in top.entries + back.entries] == ids
        assert (front.has_next, rest.has_next) == (True, False)
        assert (back.has_previous, top.has_previous) == (True, False)


async def test_it_is_filtered_by_sku_location_and_reference(inventory_db):
    order = routed((BOLT, 10), (NUT, 5))
    async with transaction(inventory_db, reactor()) as tx:
        await lived(tx, order)

        of_nuts = await ask(tx, sku=NUT)
        in_hangzhou = await ask(tx, location_id=HANGZHOU)
        of_order = await ask(tx, reference=f"order:{order.order_id}", sku=BOLT)

        assert [e.sku for e in of_nuts.entries] == [NUT, NUT]
        assert [e.kind for e in in_hangzhou.entries] == ["RESERVATION", "RECEIPT"]
        assert [(e.kind, e.sku) for e in of_order.entries] == [("RESERVATION", BOLT)]


@pytest.mark.parametrize(("role", "seen"), [(Role.AUDITOR, [BOLT, BOLT]), (Role.SUPPORT, [])])
async def test_only_plants_with_the_right_to_read_stock_are_listed(inventory_db, role, seen):
    boss = reactor()
    async with transaction(inventory_db, boss) as tx:
        await lived(tx, routed((BOLT, 10), (NUT, 5)))
        await become(tx, caller(boss.tenant_id, plants={NINGBO: role}))

        page = await ask(tx, Page(first=100, total=True))

        assert [e.sku for e in page.entries] == seen
        assert page.total == len(seen)


@pytest.mark.parametrize(
    ("query", "kind", "field"),
    [
        (ListLedger(page=Page(first=1), sku="\0"), BadText, "sku"),
        (ListLedger(page=Page(first=1), reference="\ud800"), BadText, "reference"),
        (ListLedger(page=Page(last=1, before="WyJBIl0")), BadCursor, "page.before"),
    ],
)
async def test_bad_questions_are_refused(inventory_db, query, kind, field):
    async with transaction(inventory_db, reactor()) as tx:
        async with refused(tx, kind, field):
            await list_ledger(query, tx)

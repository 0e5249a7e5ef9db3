"""The checks themselves, each on a fault that was planted; and what the database refuses to do."""

import pytest
from hedgerow.auth import Permission, WrongGrant
from hedgerow.contracts.inventory import LedgerKind
from hedgerow_inventory.domain.stock import Stock
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.store.invariants import violations
from hedgerow_inventory.store.stock import StockStore
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    SUZHOU,
    everything,
    held,
    reactor,
    receive,
    register,
    routed,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from worlds import transaction

TURNS = "a location has tripped below its safety level and clears at its clear level"


async def reserved(tx):
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    await on_orders_routed([routed((BOLT, 60))], tx)


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        ("update stock set on_hand = on_hand + 1", {"counters are the sum of the ledger"}),
        (
            "update stock set reserved = 0, allocated = reserved",
            {
                "counters are the sum of the ledger",
                "reserved and allocated are the sums of the reservations",
            },
        ),
        ("update stock set safety_level = 41", {TURNS}),
        (
            "update stock set safety_level = 40, clear_percent = 0, tripped_at = now(),"
            " tripped_kind = 'RESERVATION', tripped_because = ''",
            {TURNS},
        ),
        (
            "update reservations set quantity = quantity + 1",
            {"reserved and allocated are the sums of the reservations"},
        ),
        (
            "update reservation_sets set state = 'LOCKED'",
            {"reservations are in the state of their set"},
        ),
        (
            "insert into reservation_sets (tenant_id, order_id, plant_id, decision_id, state,"
            " version, updated_at) select tenant_id, gen_random_uuid(), plant_id, decision_id,"
            " state, 1, now() from reservation_sets",
            {"a set that holds has reservations"},
        ),
    ],
)
async def test_a_planted_fault_is_found(inventory_db, fault, rules):
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx)
        assert await violations(tx.conn) == []

        await tx.conn.execute(text(fault))

        assert {violation.rule for violation in await violations(tx.conn)} == rules


@pytest.mark.parametrize(
    "fault",
    [
        "update stock set reserved = 101",
        "update stock set reserved = -1",
        "update stock set damaged = 41",
        "update stock set quality_hold = 20, allocated = 21",
        "update stock set on_hand = 59",
        "update stock set safety_level = -1",
        "update stock set clear_percent = -1",
        "update stock set clear_percent = 1000.01",
        "update stock set tripped_at = now()",
        "update stock set tripped_at = now(), tripped_kind = 'RESERVATION'",
        "update stock set sku = 'GHOST'",
        "update stock set plant_id = gen_random_uuid()",
        "update reservations set quantity = 0",
        "insert into reservations select * from reservations",
        "update reservation_sets set decision_id = null",
    ],
)
async def test_the_database_refuses_what_may_never_be(inventory_db, fault):
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx)
        before = await everything(tx)

        with pytest.raises(IntegrityError):
            async with tx.conn.begin_nested():
                await tx.conn.execute(text(fault))

        assert await everything(tx) == before


@pytest.mark.parametrize(
    "deed", ["update stock_ledger set on_hand = 0", "delete from stock_ledger", "delete from stock"]
)
async def test_the_ledger_is_only_ever_added_to(inventory_db, deed):
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx)

        with pytest.raises(DBAPIError, match="permission denied"):
            async with tx.conn.begin_nested():
                await tx.conn.execute(text(deed))


async def test_a_store_takes_only_the_grant_that_fits(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        stocks = StockStore(tx)
        elsewhere: Stock = held(HEFEI, BOLT, 0)
        movement = elsewhere.receive(elsewhere.on_hand + 1, "DN-1")

        for grant in (
            tx.caller.grant(SUZHOU, Permission.STOCK_ADJUST),
            tx.caller.grant(NINGBO, Permission.STOCK_RECEIVE),
            tx.caller.grant_tenant(Permission.ORDER_SUBMIT),
        ):
            with pytest.raises(WrongGrant):
                await stocks.book(grant, LedgerKind.RECEIPT, [movement])

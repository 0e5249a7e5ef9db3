import asyncio

import pytest
from hedgerow.auth import Caller, Permission, Role, WrongGrant
from hedgerow.contracts.values import OrderId
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_orders.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_orders.store.orders import OrderStore
from hedgerow_orders.store.skus import SkuStore
from orders.makers import (
    NINGBO,
    SUZHOU,
    answers,
    assigned,
    everything,
    know,
    read,
    stock_reserved,
    submit,
    submitted,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from worlds import NOON, administrator, caller, transaction


@pytest.mark.parametrize("wrong", ["permission", "plant", "somewhere"])
async def test_a_plants_order_is_saved_with_a_grant_that_holds_there_only(orders_db, wrong):
    suzhou = caller(plants={SUZHOU: Role.SALES})
    async with transaction(orders_db, administrator()) as tx:
        order = await OrderStore(tx).get((await assigned(tx)).order_id)
        grant = {
            "permission": tx.caller.grant(NINGBO, Permission.ORDER_READ),
            "plant": tx.caller.grant(SUZHOU, Permission.ORDER_CANCEL),
            "somewhere": suzhou.grant_somewhere(Permission.ORDER_CANCEL),
        }[wrong]
        before = await everything(tx)

        with pytest.raises(WrongGrant):
            await OrderStore(tx).save([(grant, order)])

        assert await everything(tx) == before


async def test_an_unassigned_order_takes_no_grant_of_a_plant(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await OrderStore(tx).get((await submitted(tx)).order_id)

        with pytest.raises(WrongGrant):
            grant = tx.caller.grant(NINGBO, Permission.ORDER_CANCEL)
            await OrderStore(tx).save([(grant, order)])


async def test_skus_are_kept_with_the_grant_to_register_them_only(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        with pytest.raises(WrongGrant):
            await SkuStore(tx).keep(tx.caller.grant_tenant(Permission.ORDER_SUBMIT), [])


@pytest.mark.parametrize(
    "statement",
    [
        "delete from orders",
        "delete from order_changes",
        "update order_changes set by = 'nobody'",
        "update order_lines set quantity = 1",
    ],
)
async def test_the_service_itself_cannot_rewrite_what_has_happened(orders_db, statement):
    async with transaction(orders_db, Caller.service("orders", administrator().tenant_id)) as tx:
        with pytest.raises(DBAPIError, match="permission denied"):
            await tx.conn.execute(text(statement))


async def test_transactions_that_lock_the_same_orders_wait_for_one_another(orders_db):
    who = administrator()
    service = Caller.service("orders", who.tenant_id)
    async with orders_db.connect() as conn, conn.begin():
        await enter(conn, who.reach(), timeout_s=20)
        tx = Transaction(conn, who, NOON)
        await know(tx)
        views = await answers(tx, *(submit() for _ in range(32)))
    ids = [view.order_id for view in views]

    async def reserve(some: list[OrderId]) -> int:
        async with orders_db.connect() as conn, conn.begin():
            await enter(conn, service.reach(), timeout_s=20)
            tx = Transaction(conn, service, NOON)
            await on_stock_reserved([stock_reserved(each) for each in some], tx)
            return len(tx.emitted)

    took = await asyncio.gather(
        *(reserve(ids[::-1] if each % 2 else ids[each : each + 16]) for each in range(8))
    )

    assert sum(took) == 32
    async with transaction(orders_db, who) as tx:
        assert {(await read(tx, each)).version for each in ids} == {2}

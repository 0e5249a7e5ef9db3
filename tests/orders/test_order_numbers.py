import asyncio
from datetime import timedelta, timezone

from hedgerow.auth import Caller
from hedgerow.contracts.values import TenantId, new_id
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_orders.store.tables import order_numbers
from orders.makers import answers, know, submit
from worlds import NOON, administrator, transaction


async def test_transactions_at_the_same_time_give_no_number_twice(orders_db):
    tenant = TenantId(new_id())

    async def take(count: int) -> list[str]:
        async with orders_db.connect() as conn, conn.begin():
            await enter(conn, Caller.service("orders", tenant).reach(), timeout_s=20)
            given = await order_numbers.give(Transaction(conn, administrator(tenant), NOON), count)
            await asyncio.sleep(0.01)
            return given

    taken = await asyncio.gather(*(take(each % 5) for each in range(24)))

    given = [number for some in taken for number in some]
    assert sorted(given) == [f"HY20260329-{each:04d}" for each in range(1, len(given) + 1)]


async def test_what_a_rollback_gives_back_is_given_again(orders_db):
    who = administrator()

    for _ in range(2):
        async with transaction(orders_db, who) as tx:
            await know(tx)
            [view] = await answers(tx, submit())
            assert view.number == "HY20260329-0001"


async def test_every_day_and_every_tenant_counts_from_one(orders_db):
    who = administrator()

    async with transaction(orders_db, who) as today:
        await know(today)
        [first] = await answers(today, submit())
        tomorrow = Transaction(today.conn, who, NOON + timedelta(days=1))
        [second] = await answers(tomorrow, submit())
    async with transaction(orders_db, administrator()) as elsewhere:
        await know(elsewhere)
        [third] = await answers(elsewhere, submit())

    assert [first.number, second.number, third.number] == [
        "HY20260329-0001",
        "HY20260330-0001",
        "HY20260329-0001",
    ]


async def test_the_day_of_a_number_is_the_day_in_utc(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        evening = (NOON + timedelta(hours=11)).astimezone(timezone(timedelta(hours=8)))
        [number] = await order_numbers.give(Transaction(tx.conn, tx.caller, evening), 1)

    assert evening.day == 30
    assert number == "HY20260329-0001"


async def test_numbers_have_four_digits_or_as_many_as_it_takes(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await order_numbers.give(tx, 9_998)

        assert await order_numbers.give(tx, 3) == [
            "HY20260329-9999",
            "HY20260329-10000",
            "HY20260329-10001",
        ]
        assert await order_numbers.give(tx, 0) == []

"""Orders as a running service: what only the pipeline and the handlers together can show."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.bus import Bus, RemoteRefusal
from hedgerow.contracts.orders import ListOrders, OrdersByIds
from hedgerow.contracts.values import Page
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import connect
from hedgerow.transaction.tenancy import enter
from hedgerow_local.servers import NatsServer
from hedgerow_orders.app import service
from orders.makers import NINGBO, know, line, submit
from sample_world import key_pair
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON, Databases, administrator, caller


class Running:
    """The service, a bus to ask it on, and its database, where BOLT-M8 is known."""

    def __init__(self, bus: Bus, engine: AsyncEngine, boss: Caller) -> None:
        self.bus = bus
        self.engine = engine
        self.boss = boss

    async def rows(self, statement: str) -> list[tuple[object, ...]]:
        async with self.engine.connect() as conn:
            await enter(conn, self.boss.reach(), timeout_s=5)
            return [tuple(row) for row in await conn.execute(text(statement))]


@pytest.fixture
async def running(databases: Databases, workplace: Path, tmp_path: Path) -> AsyncIterator[Running]:
    broker = NatsServer.start(workplace / f"orders-{tmp_path.name}")  # no other orders on it
    signer, public_key = key_pair(tmp_path)
    url = await databases.fresh("orders")
    settings = ServiceSettings(
        bus=BusSettings(nats_url=broker.url),
        database_url=url,
        caller_public_key_file=public_key,
    )
    process = Process(service, settings)
    await process.start()
    bus = await Bus.connect(broker.url, name="tester", signer=signer)
    engine, boss = connect(url, pool_size=2), administrator()
    async with engine.begin() as conn:
        await enter(conn, boss.reach(), timeout_s=5)
        await know(Transaction(conn, boss, NOON))
    yield Running(bus, engine, boss)
    await bus.close()
    await process.stop()
    broker.remove()
    await engine.dispose()


async def test_a_taken_id_and_an_unknown_sku_harm_none_of_their_neighbours(running: Running):
    taken = await running.bus.request(submit(), running.boss)
    asked = [submit() for _ in range(100)]
    asked[30] = submit(order_id=taken.order_id)
    asked[60] = submit(lines=(line("NO-SUCH"),))

    answers = await asyncio.gather(
        *(running.bus.request(each, running.boss) for each in asked), return_exceptions=True
    )

    refused = {n: each for n, each in enumerate(answers) if isinstance(each, RemoteRefusal)}
    assert {n: (each.code, each.field) for n, each in refused.items()} == {
        30: ("ORDER_EXISTS", "order_id"),
        60: ("UNKNOWN_SKU", "lines.0.sku"),
    }
    views = [each for n, each in enumerate(answers) if n not in refused]
    assert [view.order_id for view in views] == [
        each.order_id for n, each in enumerate(asked) if n not in refused
    ]
    assert len({view.number for view in views}) == 98
    assert await running.rows("select count(*) from orders") == [(99,)]
    assert await running.rows(
        "select count(*), count(distinct aggregate), min(version), max(version) from outbox"
    ) == [(99, 99, 1, 1)]


async def test_the_same_key_gives_the_first_answer_and_one_order(running: Running):
    asked = submit()

    first, again = await asyncio.gather(
        *(running.bus.request(asked, running.boss, key="ORDER-2026-17") for _ in range(2))
    )
    later = await running.bus.request(asked, running.boss, key="ORDER-2026-17")

    assert first == again == later
    assert await running.rows("select count(*) from orders") == [(1,)]


async def test_an_order_submitted_by_plant_staff_shows_to_them_once_it_has_its_plant(
    running: Running,
):
    sales = caller(running.boss.tenant_id, plants={NINGBO: Role.SALES})

    order = await running.bus.request(submit(), sales)
    ids = OrdersByIds(ids=(order.order_id,))

    assert await running.bus.request(ids, sales) == (None,)
    assert await running.bus.request(ids, running.boss) == (order,)
    page = await running.bus.request(ListOrders(page=Page(first=1)), sales)
    assert (page.orders, page.has_next) == ((), False)

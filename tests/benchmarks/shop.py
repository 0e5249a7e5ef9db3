"""A suite with a company that has plenty of everything: 999 SKUs, two warehouses, one rule."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import nats
from companies import Company, found, order, submit
from hedgerow.bus.streams import stream_of
from hedgerow.transaction.database import async_url
from hedgerow_local.servers import NatsServer
from suite import Client, Suite
from worlds import SERVICES

from . import load
from .processes import Meter
from .report import say
from .stage import Stage

LINES = 3
SKUS = 999
AT_ONCE = 111
PLENTY = "1000000000"

SUBMIT = """mutation Submit($input: OrderSubmitInput!, $key: String!) {
  orderSubmit(input: $input) @idempotent(key: $key) {
    settled order { id number sourcing } userErrors { code message field } } }"""

# Long enough for the suite without batching: an answer that gives up early is not settled.
PATIENCE = {"HEDGEROW_REQUEST_TIMEOUT_S": "40", "HEDGEROW_SETTLE_TIMEOUT_S": "30"}
DRAINED_S = 120.0
LOOK_EVERY_S = 0.2
PAUSE = f"$JS.API.CONSUMER.PAUSE.{stream_of('orders')}.routing"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long orderSubmit waits, and what a good answer then holds."""

    word: str
    marks: tuple[bytes, ...]

    def is_good(self, body: bytes) -> bool:
        return all(mark in body for mark in self.marks)


CAPTURED = Wait("CAPTURED", (b'"userErrors":[]', b'"number":"'))
SETTLED = Wait("SETTLED", (b'"userErrors":[]', b'"settled":true', b'"RESERVED"'))


@dataclass(slots=True)
class Shop:
    """Begin with `open_shop` or `stocked`.

    ranges  line 1 takes a SKU of the first third, and so on: ascending, and never one twice
    """

    suite: Suite
    company: Company
    nats: NatsServer
    token: str
    ranges: list[tuple[int, int]]
    peeking: dict[str, asyncpg.Connection]

    def meter(self, postmaster: int) -> Meter:
        members = {name: self.suite.pid(name) for name in ("gateway", *SERVICES)}
        return Meter({**members, "nats": self.nats.pid or 0}, postmaster)

    def request(self, wait: Wait) -> bytes:
        """orderSubmit over HTTP, of one of each line's SKUs."""
        variables = {"input": self._order(wait), "key": uuid4().hex}
        body = msgspec.json.encode({"query": SUBMIT, "variables": variables})
        return load.post("/graphql", body, self.token)

    async def order(self, client: Client, wait: Wait) -> str:
        """Submit one; its opaque id."""
        data = await client.ask(SUBMIT, input=self._order(wait), key=uuid4().hex)
        assert wait.is_good(msgspec.json.encode(data)), data
        order_id: str = data["orderSubmit"]["order"]["id"]
        return order_id

    async def peek(self, service: str, question: str, *values: Any) -> list[asyncpg.Record]:
        """Ask a service's database past row security."""
        rows: list[asyncpg.Record] = await self.peeking[service].fetch(question, *values)
        return rows

    async def sent(self) -> None:
        """Wait until all that was announced was sent."""
        for service in SERVICES:
            await self._none(service, "outbox where sent_at is null")

    async def drained(self) -> None:
        """Wait until every order has its place and its stock."""
        await self._none("orders", "orders where sourcing = 'PENDING'")
        await self._none("routing", "decisions where result = 'PENDING'")
        await self.sent()

    async def analyze(self) -> None:
        """Show PostgreSQL how much there is by now, as autovacuum does within a minute. Plans that
        were made when the tables were empty read whole tables."""
        for connection in self.peeking.values():
            await connection.execute("analyze")

    async def hold(self, seconds: float) -> None:
        """Keep routing from hearing of new orders, so that what is captured stays captured; 0
        lets it go on."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        body = msgspec.json.encode({"pause_until": until} if seconds else {})
        client = await nats.connect(self.nats.url)
        answer = msgspec.json.decode((await client.request(PAUSE, body)).data)
        await client.close()
        if "error" in answer or bool(answer.get("paused")) != bool(seconds):
            raise RuntimeError(f"the consumer of routing cannot be held: {answer}")

    async def close(self) -> None:
        for connection in self.peeking.values():
            await connection.close()

    def _order(self, wait: Wait) -> dict[str, Any]:
        lines = [{"sku": sku(random.randint(*each)), "quantity": "1"} for each in self.ranges]
        return order(lines=lines, waitFor=wait.word)

    async def _none(self, service: str, such: str) -> None:
        async with asyncio.timeout(DRAINED_S):
            while (await self.peek(service, f"select exists(select from {such})"))[0][0]:
                await asyncio.sleep(LOOK_EVERY_S)


async def open_shop(stage: Stage, name: str, **settings: str) -> Shop:
    """A suite on a broker of its own, stocked through its API; the one of that name if it runs."""
    if name in stage.shops:
        return stage.shops[name]
    say(f"the {name}: four services, the gateway, a broker, {SKUS} SKUs")
    broker = stage.nats(name)
    suite = Suite(stage.folder / name, stage.databases, broker, extra=PATIENCE | settings)
    stage.ending.push_async_callback(suite.stop)
    await suite.start()
    shop = stage.shops[name] = await stocked(suite, broker)
    stage.ending.push_async_callback(shop.close)
    return shop


async def stocked(suite: Suite, broker: NatsServer, *, skus: int = SKUS) -> Shop:
    """Found the company of a running suite and fill its warehouses."""
    company = await found(suite)
    await company.rule(chain=[company.locations[code] for code in ("HGH", "HFE")])
    codes = [sku(number) for number in range(skus)]
    async with company.admin() as admin:
        for start in range(0, skus, AT_ONCE):
            some = codes[start : start + AT_ONCE]
            await company.skus(*some)
            for location in ("HGH", "HFE"):
                await admin.done(
                    "stockReceive",
                    "levels { onHand }",
                    locationId=company.locations[location],
                    reference="PO-1",
                    lines=[{"sku": each, "quantity": PLENTY} for each in some],
                )
        await submit(admin, **order(codes[-1]))  # known to orders from here on
    peeking = {}
    for service in SERVICES:
        database = async_url(suite.database_urls[service]).database
        peeking[service] = await asyncpg.connect(suite.databases.admin_url, database=database)
    token = suite.keys.token("seller", company.tenant, "tenant_admin")
    ranges = [(n * skus // LINES, (n + 1) * skus // LINES - 1) for n in range(LINES)]
    return Shop(suite, company, broker, token, ranges, peeking)


def sku(number: int) -> str:
    return f"SKU-{number:04d}"

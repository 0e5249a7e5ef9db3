"""The outbox relay beside one that sends row after row, each in a transaction of its own."""

from __future__ import annotations

import time

import asyncpg
import nats
from hedgerow.bus import Bus
from hedgerow.bus.streams import stream_of
from hedgerow.outbox import Relay
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow_orders.store.tables import messages
from nats.aio.client import Client
from sqlalchemy import text

from .report import say
from .stage import Stage

ROUNDS = 3
ROWS = 10_000
SECONDS = 2.0
OWNER = "benchmark"
ROLE = "hedgerow_orders_relay"

FILL = f"""
insert into outbox (msg_id, tenant_id, aggregate, version, follows, subject, body, traceparent,
                    created_at)
select gen_random_uuid(), tenant, 'order:' || gen_random_uuid(), 1, '',
       'hedgerow.evt.{OWNER}.order_submitted.v1.' || tenant || '._', repeat('x', 700),
       repeat('0', 55), now()
from generate_series(1, $1), gen_random_uuid() as tenant
"""
CLAIM = """
select id, msg_id, subject, body from outbox where sent_at is null
order by id limit 1 for update skip locked
"""
SENT = "update outbox set sent_at = now() where id = $1"


async def measure(stage: Stage) -> None:
    server = stage.nats("relay")
    url = await stage.databases.fresh("orders")
    admin = await asyncpg.connect(stage.postgres.admin_url, database=async_url(url).database)
    client = await nats.connect(server.url)
    bus = await Bus.connect(server.url, name="relay")
    await bus.ensure_stream(OWNER)
    ours: list[float] = []
    theirs: list[float] = []
    written = 0
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        await admin.execute(FILL, ROWS)
        await admin.execute("analyze outbox")
        theirs.append(await _one_by_one(admin, client))
        ours.append(await _relayed(url, bus, admin))
        written += ROWS
        stream = await client.jetstream().stream_info(stream_of(OWNER))
        assert stream.state.messages == written, "not every event was sent, or one twice"
    await bus.close()
    await client.close()
    await admin.close()
    stage.report.add("relay", "events/s", ours, theirs)


async def _relayed(url: str, bus: Bus, admin: asyncpg.Connection) -> float:
    """Send what is left."""
    waiting = await admin.fetchval("select count(*) from outbox where sent_at is null")
    engine = connect_unpooled(url)
    relay = Relay(messages.outbox, engine, bus, owner=OWNER, role=ROLE)
    sent = 0
    async with engine.connect() as conn:
        await conn.execute(text(f'set role "{ROLE}"'))
        began_at = time.perf_counter()
        while sent < waiting:
            sent += (await relay.send_once(conn))[0]
        seconds = time.perf_counter() - began_at
    await engine.dispose()
    return sent / seconds


async def _one_by_one(admin: asyncpg.Connection, client: Client) -> float:
    stream = client.jetstream()
    sent = 0
    began_at = time.perf_counter()
    while (seconds := time.perf_counter() - began_at) < SECONDS:
        async with admin.transaction():
            row = (await admin.fetch(CLAIM))[0]
            headers = {"Nats-Msg-Id": str(row["msg_id"])}
            await stream.publish(row["subject"], row["body"].encode(), headers=headers)
            await admin.execute(SENT, row["id"])
        sent += 1
    return sent / seconds

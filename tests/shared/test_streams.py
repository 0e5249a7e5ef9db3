"""Streams under the rights that services have: made again when lost, changed by `migrate` only."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import pytest
from broker_keys import bus_of
from hedgerow.bus import Outgoing
from hedgerow_local.servers import NatsServer, PostgresServer
from nats.js.client import JetStreamContext
from worlds import Databases


@pytest.fixture
def broker(workplace: Path, tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer.start(workplace / f"streams-{tmp_path.name}")
    yield server
    server.remove()


@asynccontextmanager
async def operator(broker: NatsServer) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(broker.url)
    yield client.jetstream()
    await client.close()


def event(number: int) -> Outgoing:
    return Outgoing(f"n{number}", "hedgerow.evt.orders.begun.v1.t._", str(number).encode(), {})


async def test_a_listener_waits_for_its_owner_and_survives_a_lost_stream(
    broker: NatsServer,
) -> None:
    orders, rma = await bus_of(broker, "orders"), await bus_of(broker, "rma")
    got: list[bytes] = []
    stopping = asyncio.Event()

    async def take(delivered: Any) -> None:
        for each in delivered:
            got.append(each.body)
            await each.ack()

    async def until_heard(*bodies: bytes) -> None:
        for _ in range(1000):
            if got == list(bodies):
                return
            await asyncio.sleep(0.01)
        assert got == list(bodies)

    subjects = ["hedgerow.evt.orders.begun.v1.>"]
    listening = asyncio.create_task(rma.consume("orders", "rma", subjects, take, stopping))
    await asyncio.sleep(0.7)
    async with operator(broker) as jetstream:
        assert await jetstream.streams_info() == []

    await orders.ensure_stream("orders")
    assert await orders.publish([event(1)]) == [None]
    await until_heard(b"1")

    async with operator(broker) as jetstream:
        await jetstream.delete_stream("HEDGEROW_ORDERS")
    assert [type(each).__name__ for each in await orders.publish([event(2)])] == ["BusDown"]
    await orders.ensure_stream("orders")
    assert await orders.publish([event(2)]) == [None]
    await until_heard(b"1", b"2")

    stopping.set()
    await listening
    for bus in (orders, rma):
        assert bus.troubles() == []
        await bus.close()


async def test_a_stream_with_other_settings_is_left_alone_and_migrate_mends_it(
    broker: NatsServer,
    postgres: PostgresServer,
    databases: Databases,
    caplog: pytest.LogCaptureFixture,
) -> None:
    orders = await bus_of(broker, "orders")
    await orders.ensure_stream("orders")
    async with operator(broker) as jetstream:
        config = (await jetstream.stream_info("HEDGEROW_ORDERS")).config
        await jetstream.update_stream(config.evolve(max_age=3600))

    with caplog.at_level(logging.WARNING, "hedgerow.bus"):
        await orders.ensure_stream("orders")

    (record,) = [each for each in caplog.records if each.name == "hedgerow.bus"]
    assert record.__dict__["stream"] == "HEDGEROW_ORDERS"
    assert record.__dict__["mend"] == "python -m hedgerow_orders migrate"
    async with operator(broker) as jetstream:
        assert (await jetstream.stream_info("HEDGEROW_ORDERS")).config.max_age == 3600
    assert await orders.publish([event(1)]) == [None]
    assert orders.troubles() == []
    await orders.close()

    told = {
        "HEDGEROW_POSTGRES_URL": postgres.admin_url,
        "HEDGEROW_DATABASE_URL": await databases.fresh("orders"),
        "HEDGEROW_NATS_ADMIN_URL": broker.url,
    }
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "hedgerow_orders", "migrate"],
            env={**os.environ, **told},
            check=True,
            timeout=60,
        )
    async with operator(broker) as jetstream:
        info = await jetstream.stream_info("HEDGEROW_ORDERS")
    assert (info.config.max_age, info.state.messages) == (7 * 24 * 3600, 1)

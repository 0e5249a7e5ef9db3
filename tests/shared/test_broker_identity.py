"""With a program's own key: what the broker refuses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
from broker_keys import bus_of, intruder, until
from hedgerow.bus import Outgoing
from hedgerow_local.servers import NatsServer
from worlds import SERVICES

NEIGHBOUR = {"orders": "inventory", "inventory": "routing", "routing": "rma", "rma": "orders"}
FOLLOWS = {"orders": "inventory", "inventory": "orders", "routing": "orders", "rma": "orders"}


@pytest.fixture(scope="module")
def broker(workplace: Path) -> Iterator[NatsServer]:
    server = NatsServer.start(workplace / "identity-nats")
    yield server
    server.remove()


@pytest.fixture(scope="module", autouse=True)
async def streams(broker: NatsServer) -> None:
    """Each made by its owner with its own key; one event in each."""
    for name in SERVICES:
        bus = await bus_of(broker, name)
        await bus.ensure_stream(name)
        await bus.ensure_stream(name)
        event = Outgoing(f"first-{name}", f"hedgerow.evt.{name}.begun.v1.t._", b"{}", {})
        assert await bus.publish([event]) == [None]
        assert bus.troubles() == []
        await bus.close()


async def state(broker: NatsServer) -> dict[str, object]:
    """Everything the streams and consumers are made of, except times."""
    client = await nats.connect(broker.url)
    jetstream = client.jetstream()
    found: dict[str, object] = {}
    for stream in await jetstream.streams_info():
        consumers = await jetstream.consumers_info(str(stream.config.name))
        found[str(stream.config.name)] = (
            stream.config,
            stream.state.messages,
            stream.state.first_seq,
            sorted((each.name, str(each.config.filter_subjects)) for each in consumers),
        )
    await client.close()
    return found


FORBIDDEN = {
    "another's event": "hedgerow.evt.{other}.forged.v1.t._",
    "another's anchor": "hedgerow.anchor.{other}.v1",
    "a command to another": "hedgerow.cmd.{other}.do.v1",
    "a command to itself": "hedgerow.cmd.{me}.do.v1",
    "a query": "hedgerow.qry.{other}.ask.v1",
    "an answer that is another's": "_INBOX_gateway.x.{other}.1",
    "a message into another's inbox": "_INBOX_{other}.x.1",
    "deleting its own stream": "$JS.API.STREAM.DELETE.HEDGEROW_{ME}",
    "deleting another's stream": "$JS.API.STREAM.DELETE.HEDGEROW_{OTHER}",
    "purging": "$JS.API.STREAM.PURGE.HEDGEROW_{ME}",
    "updating": "$JS.API.STREAM.UPDATE.HEDGEROW_{ME}",
    "deleting a message": "$JS.API.STREAM.MSG.DELETE.HEDGEROW_{ME}",
    "reading a message": "$JS.API.STREAM.MSG.GET.HEDGEROW_{OTHER}",
    "a stream of another": "$JS.API.STREAM.CREATE.HEDGEROW_{OTHER}",
    "a stream of any name": "$JS.API.STREAM.CREATE.MINE",
    "deleting the anchors": "$JS.API.STREAM.DELETE.HEDGEROW_ANCHORS",
    "purging the anchors": "$JS.API.STREAM.PURGE.HEDGEROW_ANCHORS",
    "a snapshot": "$JS.API.STREAM.SNAPSHOT.HEDGEROW_{OTHER}",
    "a consumer of another name": "$JS.API.CONSUMER.DURABLE.CREATE.HEDGEROW_{FOLLOWED}.spy",
    "a consumer with another's name": "$JS.API.CONSUMER.DURABLE.CREATE.HEDGEROW_{OTHER}.{other}",
    "a consumer without a name": "$JS.API.CONSUMER.CREATE.HEDGEROW_{FOLLOWED}",
    "deleting its consumer": "$JS.API.CONSUMER.DELETE.HEDGEROW_{FOLLOWED}.{me}",
    "events of another's consumer": "$JS.API.CONSUMER.MSG.NEXT.HEDGEROW_{FOLLOWED}.{other}",
    "acknowledging for another": "$JS.ACK.HEDGEROW_{FOLLOWED}.{other}.1.1.1.1.0",
    "the server's own": "$SYS.REQ.SERVER.PING",
}


@pytest.mark.parametrize("member", SERVICES)
async def test_a_service_may_not_publish(broker: NatsServer, member: str) -> None:
    words = {"me": member, "other": NEIGHBOUR[member], "followed": FOLLOWS[member]}
    words |= {name.upper(): word.upper() for name, word in words.items()}
    before = await state(broker)

    async with intruder(broker, member) as (client, refused):
        for what, pattern in FORBIDDEN.items():
            subject = pattern.format(**words)
            refused.clear()
            with pytest.raises(nats.errors.TimeoutError):
                await client.request(subject, b"{}", timeout=0.03)
            await until(lambda: len(refused) > 0)
            assert refused == [f'nats: permissions violation for publish to "{subject.lower()}"'], (
                what
            )

    assert await state(broker) == before


async def test_a_consumer_that_delivers_into_anothers_events_forges_nothing(
    broker: NatsServer,
) -> None:
    """A service may say where its consumer delivers; the server does so while somebody is
    subscribed to that very subject, without wildcards, and none of ours is."""
    live = await nats.connect(broker.url)
    await live.subscribe("hedgerow.evt.orders.>")
    config = {
        "durable_name": "routing",
        "ack_policy": "none",
        "deliver_subject": "hedgerow.evt.orders.forged.v1.t._",
    }
    ask = json.dumps({"stream_name": "HEDGEROW_ROUTING", "config": config}).encode()

    async with intruder(broker, "routing") as (client, _):
        answer = await client.request(
            "$JS.API.CONSUMER.DURABLE.CREATE.HEDGEROW_ROUTING.routing", ask
        )
    await asyncio.sleep(1)
    orders = await live.jetstream().stream_info("HEDGEROW_ORDERS")
    await live.jetstream().delete_consumer("HEDGEROW_ROUTING", "routing")
    await live.close()

    assert "error" not in json.loads(answer.data)
    assert orders.state.messages == 1


EARS = {
    "answers to the gateway": ("_INBOX_gateway.>", ""),
    "its own answers to the gateway": ("_INBOX_gateway.*.{me}.*", ""),
    "another's inbox": ("_INBOX_{other}.>", ""),
    "commands without the queue group": ("hedgerow.cmd.{me}.>", ""),
    "commands with another's group": ("hedgerow.cmd.{me}.>", "{other}"),
    "another's commands": ("hedgerow.cmd.{other}.>", "{other}"),
    "another's commands with its own group": ("hedgerow.cmd.{other}.>", "{me}"),
    "queries without the queue group": ("hedgerow.qry.{me}.>", ""),
    "mixed requests without the queue group": ("hedgerow.mix.{me}.v1", ""),
    "pings without the queue group": ("hedgerow.ping.{me}.v1", ""),
    "another's events": ("hedgerow.evt.{other}.>", ""),
    "everything of ours": ("hedgerow.>", ""),
    "everything": (">", ""),
    "acknowledgements": ("$JS.ACK.>", ""),
}


@pytest.mark.parametrize("member", SERVICES)
async def test_a_service_may_not_listen_to(broker: NatsServer, member: str) -> None:
    words = {"me": member, "other": NEIGHBOUR[member]}
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.subject)

    async with intruder(broker, member) as (client, refused):
        for what, (pattern, group) in EARS.items():
            subject, queue = pattern.format(**words), group.format(**words)
            refused.clear()
            await client.subscribe(subject, queue=queue, cb=hear)
            await until(lambda: len(refused) > 0)
            assert len(refused) == 1, what
            assert f'permissions violation for subscription to "{subject.lower()}"' in refused[0]
        operator = await nats.connect(broker.url)
        for subject in (f"hedgerow.cmd.{member}.do.v1", f"_INBOX_gateway.x.{member}.1"):
            await operator.publish(subject, b"secret")
        await operator.flush()
        await operator.close()
        await client.flush()

    assert heard == []


async def test_the_gateway_may_neither_announce_nor_touch_a_stream(broker: NatsServer) -> None:
    before = await state(broker)

    async with intruder(broker, "gateway") as (client, refused):
        for subject in (
            "hedgerow.evt.orders.forged.v1.t._",
            "_INBOX_orders.x",
            "$JS.API.STREAM.DELETE.HEDGEROW_ORDERS",
            "$JS.API.STREAM.CREATE.MINE",
            "$JS.API.CONSUMER.CREATE.HEDGEROW_ORDERS",
        ):
            await client.publish(subject, b"{}")
        for subject in ("hedgerow.cmd.>", "_INBOX_orders.>", "hedgerow.evt.inventory.>"):
            await client.subscribe(subject)
        await until(lambda: len(refused) == 8)

    assert await state(broker) == before

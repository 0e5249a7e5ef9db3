"""Who is let in by the broker, and that with the programs' own keys everything works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
from broker_keys import bus_of
from hedgerow.auth import Verifier
from hedgerow.bus import Bus, Incoming, Outgoing
from hedgerow.bus.connection import BusDown
from hedgerow.contracts.orders import OrdersByIds
from hedgerow_local.nats_keys import NatsKeys
from hedgerow_local.servers import NatsServer
from sample_world import key_pair
from worlds import administrator


@pytest.fixture(scope="module")
def broker(workplace: Path) -> Iterator[NatsServer]:
    server = NatsServer.start(workplace / "admission-nats")
    yield server
    server.remove()


async def test_nobody_is_let_in_without_credentials_or_with_wrong_ones(
    broker: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = NatsKeys.make(tmp_path / "other").seed_file("orders")
    at = broker.address.removeprefix("nats://")
    for url, more in (
        (broker.address, {}),
        (broker.address, {"nkeys_seed": str(strange)}),
        (f"nats://hedgerow@{at}", {}),
        (f"nats://hedgerow:guess@{at}", {}),
    ):
        with pytest.raises(nats.errors.Error, match="Authorization Violation"):
            await nats.connect(url, allow_reconnect=False, **more)

    monkeypatch.setattr("hedgerow.bus.connection.CONNECT_S", 1.0)
    with pytest.raises(BusDown) as refusal:
        await Bus.connect(broker.address, name="orders", seed_file=strange)
    assert "Authorization" in refusal.value.detail


async def test_a_file_that_holds_no_seed_is_named(broker: NatsServer, tmp_path: Path) -> None:
    (tmp_path / "seed").write_text("none")

    with pytest.raises(BusDown) as refusal:
        await Bus.connect(broker.address, name="orders", seed_file=tmp_path / "seed")

    assert str(tmp_path / "seed") in refusal.value.detail


async def test_with_their_keys_they_ask_answer_announce_and_listen(
    broker: NatsServer, tmp_path: Path
) -> None:
    signer, public = key_pair(tmp_path)
    gateway = await bus_of(broker, "gateway", signer=signer)
    orders, routing = await bus_of(broker, "orders"), await bus_of(broker, "routing")

    def answer(incoming: Incoming) -> None:
        incoming.ok(b"[]")

    await orders.serve("orders", Verifier.from_pem(public.read_bytes(), "orders"), answer, list)
    await orders.ensure_stream("orders")
    asked = [gateway.request(OrdersByIds(ids=()), administrator()) for _ in range(200)]
    assert await asyncio.gather(*asked) == [()] * 200
    assert await gateway.ping("orders") == []
    operator = await nats.connect(broker.url)
    assert (await operator.request("hedgerow.ping.orders.v1", b"")).data == b"[]"
    await operator.close()

    live: list[str] = []
    await gateway.listen("hedgerow.evt.orders.>", lambda subject, *_: live.append(subject))
    await gateway.ping("orders")  # the server knows of the subscription now
    events = [Outgoing(str(n), "hedgerow.evt.orders.begun.v1.t._", b"%d" % n, {}) for n in (1, 2)]
    assert await orders.publish(events) == [None, None]
    got: list[bytes] = []
    stopping = asyncio.Event()

    async def take(delivered: Any) -> None:
        for each in delivered:
            got.append(each.body)
            await each.ack()
        if len(got) >= 2:
            stopping.set()

    await asyncio.wait_for(
        routing.consume("orders", "routing", ["hedgerow.evt.orders.begun.v1.>"], take, stopping), 10
    )
    assert got == [b"1", b"2"]
    assert live == ["hedgerow.evt.orders.begun.v1.t._"] * 2
    for bus in (gateway, orders, routing):
        assert bus.troubles() == []
        await bus.close()


async def test_with_their_keys_services_keep_their_anchors_and_read_those_of_others(
    broker: NatsServer,
) -> None:
    orders, rma = await bus_of(broker, "orders"), await bus_of(broker, "rma")

    assert await orders.newest_anchor("orders") is None
    for number, anchor in enumerate((b"one", b"two"), 1):
        await orders.publish_anchor("orders", number, anchor)

    assert await orders.newest_anchor("orders") == b"two"
    assert await rma.newest_anchor("rma") is None
    assert [each async for each in rma.published_anchors("orders")] == [b"one", b"two"]
    for bus in (orders, rma):
        assert bus.troubles() == []
        await bus.close()

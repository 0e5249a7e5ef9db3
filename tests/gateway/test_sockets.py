"""The protocol of a WebSocket: who may open one, and what ends it."""

from __future__ import annotations

import time

import pytest
import websockets
from gateway_makers import NOON, ORDER, ORDER_ID, PLANT, PLANT_ID, changed
from gateway_world import greeted, opened
from hedgerow.contracts.orders import OrderReserved, OrdersByIds, OrderSubmitted, OrderType
from hedgerow.contracts.routing import ListPlants
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow_gateway import connection, sockets

EVENTS = """subscription { orderEvents { kind orderId plantId occurredAt version
  order { number state } } }"""
RESERVED = OrderReserved(order_id=ORDER_ID, number="HY", occurred_at=NOON, plant_id=PLANT_ID)
SUBMITTED = OrderSubmitted(
    order_id=ORDER_ID, number="HY", occurred_at=NOON, type=OrderType.MTO, channel="WEB",
    customer_code="C", region="浙江", point=LonLat(120, 30), given=GeoPoint(120, 30, Datum.WGS84),
    lines=(), placed_at=NOON,
)  # fmt: skip


@pytest.fixture
def world(services):
    services.answer(ListPlants, (PLANT,))
    services.answer(OrdersByIds, lambda m, _: tuple(changed(ORDER, order_id=i) for i in m.ids))
    return services


@pytest.mark.parametrize(
    "query",
    ["{ viewer { subject } }", "mutation { a: orderCancel(input: 1) { order { id } } }",
     "subscription { nothing }", "subscription {", ""],
)  # fmt: skip
async def test_what_is_no_subscription_is_refused_and_the_socket_lives_on(gateway, world, query):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(query)
        said = await socket.next()
        await socket.send(type="ping")
        pong = await socket.next()

    assert (said["type"], said["id"]) == ("error", "1")
    assert said["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert pong == {"type": "pong"}


async def test_twenty_subscriptions_are_enough(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        for number in range(21):
            await socket.send(id=str(number), type="subscribe", payload={"query": EVENTS})
        said = await socket.next()

    assert (said["type"], said["id"]) == ("error", "20")
    assert said["payload"][0]["extensions"]["code"] == "THROTTLED"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x", 4400),
        ("[]", 4400),
        ('{"type": "nothing"}', 4400),
        ('{"id": "1", "type": "subscribe"}', 4400),
        ('{"id": "", "type": "subscribe", "payload": {"query": "{ a }"}}', 4400),
        ('{"id": "1", "type": "subscribe", "payload": {"query": 5}}', 4400),
        ('{"type": "connection_init"}', 4429),
        ('{"type": "ping", "payload": "' + "x" * 70_000 + '"}', 1009),
        (b"\xff\xfe", 4400),
        ("[" * 5000, 4400),
    ],
)
async def test_what_is_not_of_the_protocol_ends_the_connection(gateway, world, message, code):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.raw.send(message)
        closed, _ = await socket.closed()

    assert closed == code


async def test_the_same_name_twice_ends_the_connection(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS)
        await socket.subscribe(EVENTS)
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")


@pytest.mark.parametrize("payload", [None, {}, {"authorization": 5}, {"authorization": "Bearer x"}])
async def test_without_a_token_a_socket_is_closed(gateway, payload):
    async with opened(gateway) as socket:
        await socket.send(type="connection_init", payload=payload)
        assert await socket.closed() == (4403, "Forbidden")


async def test_nothing_is_subscribed_before_the_greeting(gateway):
    async with opened(gateway) as socket:
        await socket.subscribe(EVENTS)
        assert await socket.closed() == (4401, "Unauthorized")


async def test_a_socket_that_says_nothing_is_closed(gateway, monkeypatch):
    monkeypatch.setattr(connection, "INIT_S", 0.2)
    async with opened(gateway) as socket:
        assert (await socket.closed())[0] == 4408


async def test_a_socket_ends_with_its_token(gateway, world):
    ends = int(time.time()) - 28  # 30 seconds of leeway
    async with greeted(gateway, "dispatcher", exp=ends) as socket:
        await socket.subscribe(EVENTS)
        assert await socket.closed() == (4403, "Token expired")


async def test_the_older_protocol_is_not_spoken(gateway):
    async with opened(gateway, subprotocols=["graphql-ws"]) as socket:
        assert (await socket.closed())[0] == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_pages_of_other_sites_are_not_let_in(gateway, origin):
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with opened(gateway, origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_our_own_pages_are_let_in(gateway):
    async with opened(gateway, origin=gateway.url) as socket:
        assert socket.raw.subprotocol == "graphql-transport-ws"


async def test_sockets_are_counted_by_user_and_by_process(gateway, world, monkeypatch):
    monkeypatch.setattr(sockets, "MOST_PER_USER", 1)
    token = gateway.keys.token("watcher", gateway.tenant, "dispatcher")
    async with greeted(gateway, "dispatcher"), opened(gateway) as second:
        await second.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert (await second.closed())[0] == 1013

    monkeypatch.setattr(sockets, "MOST_SOCKETS", 0)
    with pytest.raises(websockets.InvalidStatus) as full:
        async with opened(gateway):
            pass
    assert full.value.response.status_code == 503

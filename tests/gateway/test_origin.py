"""Where a request came from, whatever its headers say."""

from __future__ import annotations

import json

import pytest
from gateway_world import opened, serving
from hedgerow.contracts.orders import OrderByNumber
from hedgerow.settings import BadSettings
from hedgerow_gateway.origin import Proxies, origin_of

NEAR = Proxies.named("10.0.0.0/8, 127.0.0.1, fd00::/8")
QUERY = '{ order(number: "HY1") { number } }'


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # who is no proxy is not believed
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("fd00::1", "2001:DB8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", "rubbish, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1," + "10.0.0.2," * 40 + "10.0.0.2", "10.0.0.2"),
        ("", "198.51.100.1", ""),
        ("unix", "198.51.100.1", ""),
        ("fe80::1%eth0", "", "fe80::1"),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_proxys(peer, forwarded, client):
    assert NEAR.client(peer, forwarded.split(",")) == client


def test_without_proxies_only_the_peer_counts():
    assert Proxies.named("").client("10.0.0.1", ["198.51.100.1"]) == "10.0.0.1"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "proxy.example.com"])
def test_what_is_no_network_stops_the_start(text):
    with pytest.raises(BadSettings, match="HEDGEROW_TRUSTED_PROXIES: "):
        Proxies.named(text)


def origin(*headers: tuple[bytes, bytes], peer: object = ("10.0.0.1", 5)):
    return origin_of({"headers": list(headers), "client": peer}, NEAR, "r1")


def test_several_headers_are_one_list():
    found = origin(
        (b"x-forwarded-for", b"1.1.1.1, 198.51.100.1"), (b"x-forwarded-for", b"10.1.1.1")
    )

    assert (found.ip, found.device, found.request_id) == ("198.51.100.1", "", "r1")


@pytest.mark.parametrize(
    ("agent", "device", "said"),
    [
        (b"curl/8", b"", "curl/8"),
        (b"", b"scanner-7", "scanner-7"),
        (b"curl/8", b"scanner-7", "curl/8 | scanner-7"),
        (b"a\x00b\x1bc\xff\x85", b"\x7f", "abcÿ"),
        (b"x" * 300, b"y" * 300, "x" * 200 + " | " + "y" * 100),
    ],
)
def test_a_device_is_what_it_says_of_itself_cut_and_printable(agent, device, said):
    assert origin((b"user-agent", agent), (b"hedgerow-device", device)).device == said


def test_a_socket_without_an_address_is_nowhere():
    assert origin(peer=None).ip == ""


async def test_every_request_of_an_operation_carries_its_origin(gateway, services):
    services.answer(OrderByNumber, None)
    async with gateway.user("auditor") as user:
        headers = {"user-agent": "test", "hedgerow-device": "d", "x-forwarded-for": "1.1.1.1"}
        said = await user.http.post("/graphql", json={"query": QUERY}, headers=headers)

    (asked,) = [e for e in services.asked if type(e.message) is OrderByNumber and e.caller.subject == "tester"]  # fmt: skip
    assert asked.origin.ip == "127.0.0.1"
    assert asked.origin.device == "test | d"
    assert asked.origin.request_id == said.json()["extensions"]["requestId"]


async def test_behind_a_trusted_proxy_it_is_the_client(environment, keys, gateway, services):
    services.answer(OrderByNumber, None)
    trusting = environment | {"HEDGEROW_TRUSTED_PROXIES": "127.0.0.0/8"}
    async with serving(trusting, keys) as behind, behind.user("auditor") as user:
        headers = {"x-forwarded-for": "198.51.100.1", "user-agent": "test"}
        await user.http.post("/graphql", json={"query": QUERY}, headers=headers)

    assert {e.origin.ip for e in services.asked if type(e.message) is OrderByNumber} == {"198.51.100.1"}  # fmt: skip


async def test_a_websocket_has_an_origin_too(gateway, services):
    token = gateway.keys.token("watcher", gateway.tenant)
    async with opened(gateway, additional_headers={"Hedgerow-Device": "wall"}) as socket:
        await socket.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        await socket.next()
        await socket.subscribe("subscription { orderEvents { version } }")
        said = await socket.next()

    (denied,) = [e for e in services.asked if type(e.message).__name__ == "RecordDenial"]
    assert denied.origin.ip == "127.0.0.1"
    assert denied.origin.device.endswith(" | wall")
    assert json.dumps(said).count("C-1") == 1

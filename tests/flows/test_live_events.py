"""Subscriptions: what happens appears, to those who may see it, and to nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from companies import IN_ANHUI, Company, order, submit

EVENTS = "subscription { orderEvents { kind occurredAt order { id number plant { code } } } }"
OVERFLOW = """subscription { overflowEvents {
  state available clearLevel location { code } level { available } } }"""


class Socket:
    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.seen: list[dict[str, Any]] = []

    async def listen(self) -> None:
        async for text in self.raw:
            message = json.loads(text)
            if message["type"] == "next":
                self.seen += message["payload"]["data"].values()

    async def until(self, count: int) -> list[dict[str, Any]]:
        for _ in range(200):
            if len(self.seen) >= count:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        return self.seen


@asynccontextmanager
async def _subscribed(company: Company, *groups: str, to: str = EVENTS) -> AsyncIterator[Socket]:
    token = company.suite.keys.token("watcher", company.tenant, *groups)
    url = company.suite.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(
        url,
        subprotocols=["graphql-transport-ws"],
        origin=company.suite.url,  # type: ignore[list-item, arg-type]
    ) as raw:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await raw.send(json.dumps(init))
        assert json.loads(await raw.recv())["type"] == "connection_ack"
        await raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": to}}))
        socket = Socket(raw)
        listening = asyncio.create_task(socket.listen())
        await asyncio.sleep(0.3)
        yield socket
        listening.cancel()


async def _ready(company: Company) -> None:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", 100)
    await company.stock("BOLT", "SZH-1", 100)
    async with company.admin() as admin:
        await submit(admin, **order())


async def test_a_dispatcher_sees_an_order_arrive_and_get_its_plant(company: Company) -> None:
    await _ready(company)
    async with _subscribed(company, "dispatcher") as socket, company.admin() as admin:
        made = (await submit(admin, **order()))["order"]
        seen = await socket.until(2)

    assert [(each["kind"], each["order"]["number"]) for each in seen] == [
        ("ORDER_SUBMITTED", made["number"]),
        ("ORDER_RESERVED", made["number"]),
    ]
    assert seen[1]["order"]["plant"] == {"code": "NGB"}


async def test_staff_of_another_plant_see_nothing_of_it(company: Company) -> None:
    await _ready(company)
    async with (
        _subscribed(company, "plant_manager@SZH") as suzhou,
        _subscribed(company, "plant_manager@NGB") as ningbo,
        company.admin() as admin,
    ):
        first = (await submit(admin, **order()))["order"]
        second = (await submit(admin, **order(region="安徽", point=IN_ANHUI)))["order"]
        await ningbo.until(1)
        seen = await suzhou.until(1)

    assert [each["order"]["number"] for each in seen] == [second["number"]]
    assert [each["order"]["number"] for each in ningbo.seen] == [first["number"]]


async def test_a_socket_without_a_valid_token_is_closed(company: Company) -> None:
    url = company.suite.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(
        url,
        subprotocols=["graphql-transport-ws"],
        origin=company.suite.url,  # type: ignore[list-item, arg-type]
    ) as raw:
        await raw.send(json.dumps({"type": "connection_init", "payload": {}}))
        try:
            said = json.loads(await asyncio.wait_for(raw.recv(), 10))
        except websockets.ConnectionClosed:
            said = {"type": "closed"}

    assert said["type"] != "connection_ack"
    assert raw.close_code in (4401, 4403)


async def test_a_location_that_trips_and_clears_appears_to_its_plant_and_to_no_other(
    company: Company,
) -> None:
    await _ready(company)  # of 100 at 杭州仓 one is promised
    await company.stock("BOLT", "HGH", 0, safety=80)
    async with (
        _subscribed(company, "warehouse_lead@NGB", to=OVERFLOW) as socket,
        _subscribed(company, "plant_manager@SZH", to=OVERFLOW) as foreign,
        company.admin() as admin,
    ):
        for delta in ("-20", "5"):
            await admin.done(
                "stockAdjust", "level { atp }", sku="BOLT", delta=delta, reason="盘点",
                locationId=company.locations["HGH"],
            )  # fmt: skip
        seen = await socket.until(2)

    place = {"clearLevel": "80", "location": {"code": "HGH"}}
    assert [{k: v for k, v in each.items() if k != "level"} for each in seen] == [
        place | {"state": "TRIPPED", "available": "79"},
        place | {"state": "CLEAR", "available": "84"},
    ]
    assert seen[1]["level"] == {"available": "84"}
    assert foreign.seen == []

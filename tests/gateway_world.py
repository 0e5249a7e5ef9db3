"""A real gateway on real NATS; the four services answer what a test tells them to."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
import uvicorn
import websockets
from hedgerow.auth import Caller
from hedgerow.bus import Bus, Incoming
from hedgerow.contracts import access, fences, inventory, orders, presence, releases, rma, routing
from hedgerow.contracts.message import Request
from hedgerow.errors import Refused
from hedgerow.settings import load
from hedgerow_gateway.app import create_app, parts_of
from hedgerow_gateway.settings import GatewaySettings
from suite import Keys
from worlds import NOON

OWNERS = ("orders", "inventory", "routing", "rma")
KINDS: dict[str, type[Request[Any]]] = {
    kind.SUBJECT: kind
    for module in (orders, inventory, routing, access, presence, fences, releases, rma)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Request) and hasattr(kind, "SUBJECT")
}


@dataclass(frozen=True)
class Asked:
    message: Any
    caller: Caller
    key: str
    origin: Any = None
    presence: Any = None


def no_membership(subject: str) -> access.AccessView:
    return access.AccessView(subject=subject, version=0, tenant_roles=(), plant_roles={})


class Services:
    """Stands where the four services would be."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.bus: Bus | None = None
        self._answers: dict[type, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def reset(self) -> None:
        self.asked.clear()
        self._answers.clear()
        self.answer(routing.ListPlants, ())
        self.answer(access.AccessBySubjects, lambda m, _: tuple(map(no_membership, m.subjects)))
        self.answer(access.ObserveClaims, True)
        self.answer(access.RecordDenial, self._case)

    def answer(self, kind: type, reply: Any) -> None:
        """reply  a value, or a function of message and caller that returns one or raises"""
        self._answers[kind] = reply

    def _case(self, denial: access.RecordDenial, _: Caller) -> access.AccessCaseView:
        """Numbered C-1, C-2, …"""
        number = f"C-{len(self.messages(access.RecordDenial))}"
        given = {name: getattr(denial, name) for name in denial.__struct_fields__}
        return access.AccessCaseView(
            **given, number=number, ip="", device="", request_id="", at=NOON
        )

    @property
    def of_users(self) -> list[Asked]:
        """What was asked on behalf of users, without what the gateway asks in its own name."""
        return [each for each in self.asked if not each.caller.is_service]

    def messages(self, kind: type) -> list[Any]:
        return [each.message for each in self.asked if type(each.message) is kind]

    def receive(self, incoming: Incoming) -> None:
        task = asyncio.get_running_loop().create_task(self._reply(incoming))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, incoming: Incoming) -> None:
        kind = KINDS[incoming.subject]
        message = msgspec.json.decode(incoming.body, type=kind)
        self.asked.append(
            Asked(message, incoming.caller, incoming.key, incoming.origin, incoming.presence)
        )
        reply = self._answers.get(kind, NotImplementedError(kind.__name__))
        try:
            if callable(reply):
                reply = reply(message, incoming.caller)
                if inspect.isawaitable(reply):
                    reply = await reply
        except Refused as refused:
            incoming.refuse(refused)
        except Exception:  # what a bug in a service looks like
            incoming.fail()
        else:
            if isinstance(reply, Exception):
                incoming.fail()
            else:
                incoming.ok(msgspec.json.encode(reply))

    async def happen(self, event: Any, *, tenant: str, plant: Any = "_", version: int = 1) -> None:
        """An event passes on NATS."""
        assert self.bus is not None
        await self.bus._connection.client.publish(
            f"{event.SUBJECT}.{tenant}.{plant}",
            msgspec.json.encode(event),
            headers={"Hedgerow-Version": str(version)},
        )


class User:
    """Somebody with a token."""

    def __init__(self, gateway: Gateway, groups: tuple[str, ...], language: str) -> None:
        self.tenant = str(uuid4()) if gateway.tenant is None else gateway.tenant
        self.token = gateway.keys.token("tester", self.tenant, *groups)
        self.http = httpx.AsyncClient(
            base_url=gateway.url,
            headers={"authorization": f"Bearer {self.token}", "accept-language": language},
            timeout=20,
        )

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": query, "variables": variables})

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data; errors fail the test."""
        said = (await self.post(query, **variables)).json()
        assert "errors" not in said, said
        return said["data"]

    async def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        said = (await self.post(query, **variables)).json()
        found: list[dict[str, Any]] = said["errors"]
        return found


@dataclass
class Gateway:
    url: str
    keys: Keys
    settings: GatewaySettings
    parts: Any
    tenant: str | None = None

    @asynccontextmanager
    async def user(self, *groups: str, language: str = "en") -> AsyncIterator[User]:
        user = User(self, groups, language)
        async with user.http:
            yield user


@asynccontextmanager
async def serving(environment: dict[str, str], keys: Keys) -> AsyncIterator[Gateway]:
    settings = load(GatewaySettings, environment)
    async with parts_of(settings) as parts:
        config = uvicorn.Config(
            create_app(parts),
            host="127.0.0.1",
            port=0,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
        )
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        running = asyncio.create_task(server.main_loop())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Gateway(f"http://127.0.0.1:{port}", keys, settings, parts)
        server.should_exit = True
        await running
        await server.shutdown()


class Socket:
    def __init__(self, raw: Any) -> None:
        self.raw = raw

    async def send(self, **message: Any) -> None:
        await self.raw.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.raw.recv(), 5)
        assert isinstance(text, str)  # text frames, as the protocol has it
        said: dict[str, Any] = json.loads(text)
        return said

    async def subscribe(self, query: str, name: str = "1", **variables: Any) -> None:
        await self.send(id=name, type="subscribe", payload={"query": query, "variables": variables})
        await asyncio.sleep(0.1)

    async def silent(self) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.raw.recv(), 0.2)

    async def closed(self) -> tuple[int, str]:
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await self.next()
        return self.raw.close_code, self.raw.close_reason


@asynccontextmanager
async def opened(gateway, **options: Any) -> AsyncIterator[Socket]:
    options = {"subprotocols": ["graphql-transport-ws"]} | options
    async with websockets.connect(gateway.url.replace("http", "ws") + "/graphql", **options) as raw:
        yield Socket(raw)


@asynccontextmanager
async def greeted(gateway, *groups: str, **claims: Any) -> AsyncIterator[Socket]:
    token = gateway.keys.token("watcher", gateway.tenant, *groups, **claims)
    async with opened(gateway) as socket:
        await socket.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await socket.next() == {"type": "connection_ack"}
        yield socket

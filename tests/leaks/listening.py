"""Subscriptions of everybody while something happens at one plant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain, islice, zip_longest
from typing import Any

import websockets

from leaks.asking import Call
from leaks.scan import Scan
from leaks.users import User
from leaks.walk import Document, documents

MOST_CONNECTIONS = 5  # of a user
MOST_OF_ONE = 10  # subscriptions of a connection


class Ear:
    """All that came to a user, by what was asked."""

    def __init__(self, user: User, calls: Sequence[Call]) -> None:
        self.user = user
        self.calls = calls
        self.heard: list[dict[str, Any]] = []
        self.ready = asyncio.Event()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each for each in self.heard if each["type"] == "next"]

    def call(self, message: dict[str, Any]) -> Call:
        return self.calls[int(message["id"])]

    async def listen(self, url: str) -> None:
        try:
            await self._listen(url)
        finally:
            self.ready.set()  # nobody waits for a connection that failed

    async def _listen(self, url: str) -> None:
        async with websockets.connect(
            url.replace("http", "ws") + "/graphql",
            subprotocols=["graphql-transport-ws"],
            origin=url,
            open_timeout=30,
        ) as socket:
            init = {"authorization": f"Bearer {self.user.token}"}
            await socket.send(json.dumps({"type": "connection_init", "payload": init}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            for number, call in enumerate(self.calls):
                asked = {"query": call.document.text, "variables": call.variables}
                said = {"id": str(number), "type": "subscribe", "payload": asked}
                await socket.send(json.dumps(said))
            self.ready.set()
            async for text in socket:
                self.heard.append(json.loads(text))


@asynccontextmanager
async def everybody_listens(scan: Scan, someone: Iterable[User]) -> AsyncIterator[list[Ear]]:
    """To every subscription with as many values of its arguments as a user may listen with."""
    made = [Ear(user, calls) for user in someone for calls in _by_ten(_calls(scan, user))]
    tasks = [asyncio.create_task(ear.listen(scan.world.suite.url)) for ear in made]
    try:
        async with asyncio.timeout(60):
            for ear in made:
                await ear.ready.wait()
        await asyncio.sleep(1)
        for task in tasks:
            if task.done():
                task.result()
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _calls(scan: Scan, user: User) -> Iterator[Call]:
    """Of every subscription in turn, as many as one user may have."""
    turns = zip_longest(*(_of(scan, user, each) for each in documents(scan.schema, "subscription")))
    return islice(filter(None, chain.from_iterable(turns)), MOST_CONNECTIONS * MOST_OF_ONE)


def _of(scan: Scan, user: User, document: Document) -> Iterator[Call]:
    yield scan.asking(user).plain(document)
    if document.wide:
        yield from scan.asking(user).each(document)


def _by_ten(calls: Iterator[Call]) -> Iterator[list[Call]]:
    while some := list(islice(calls, MOST_OF_ONE)):
        yield some


def search(scan: Scan, ears: Iterable[Ear]) -> None:
    """All that came is an answer like any other."""
    for ear in ears:
        for each in ear.heard:
            payload = each.get("payload")
            said = payload if isinstance(payload, dict) else {"errors": payload or []}
            call, text = ear.call(each), json.dumps(each, ensure_ascii=False)
            scan.search(ear.user, call.document.name, json.dumps(call.variables), text, said)

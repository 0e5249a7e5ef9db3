"""A peer that speaks HTTP and answers as a test tells it to, faults included."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass(frozen=True)
class Reply:
    """body  sent as JSON, or as it is when it is bytes; None cuts the connection"""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Peer:
    """requests  what came: query, variables, and headers by lower-case name"""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    answer: Callable[[dict[str, Any]], Any] = lambda request: Reply({"data": {}})

    def in_turn(self, *replies: Reply) -> None:
        """One after the other; the last one for ever."""
        left = list(replies)
        self.answer = lambda request: left.pop(0) if len(left) > 1 else left[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                reply = await self._reply({**json.loads(body), "headers": headers})
                if reply.body is None:
                    break
                raw = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
                extra = "".join(f"{k}: {v}\r\n" for k, v in reply.headers.items())
                said = f"HTTP/1.1 {reply.status} X\r\ncontent-length: {len(raw)}\r\n{extra}\r\n"
                writer.write(said.encode() + raw)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _reply(self, request: dict[str, Any]) -> Reply:
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            reply = self.answer(request)
            return await reply if asyncio.iscoroutine(reply) else reply
        finally:
            self.at_once -= 1


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    made = Peer()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@dataclass
class Ended:
    code: int
    out: str
    err: str


@dataclass
class Command:
    """The console script `hedgerow`, as a process of its own."""

    url: str

    async def start(self, *arguments: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hedgerow_gateway.client",
            *map(str, arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "HEDGEROW_TOKEN": "secret", "HEDGEROW_URL": self.url},
        )

    async def __call__(self, *arguments: object) -> Ended:
        return await self.end(await self.start(*arguments))

    async def end(self, process: asyncio.subprocess.Process) -> Ended:
        out, err = await process.communicate()
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
def hedgerow(peer: Peer) -> Command:
    return Command(peer.url)

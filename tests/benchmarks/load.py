"""Drives an HTTP/1.1 server from keep-alive connections, each sending its next request as soon as
the last one is answered. It does so little that the server's two cores stay the server's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
ANSWER_S = 60.0
KEPT_FAILURES = 5


@dataclass(slots=True)
class Driven:
    """What came of it. `waits_s` holds one entry for each good answer."""

    seconds: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    failed: int = 0
    failures: list[bytes] = field(default_factory=list)

    @property
    def good(self) -> int:
        return len(self.waits_s)

    @property
    def rate(self) -> float:
        """Good answers a second, until the last one came."""
        return self.good / self.seconds

    def wait_ms(self, share: float) -> float:
        """How long this share of the good answers took at most."""
        return sorted(self.waits_s)[int(share * (self.good - 1))] * 1000


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode()


def post(path: str, body: bytes, token: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(
    port: int,
    next_request: Callable[[], bytes],
    is_good: Callable[[bytes], bool],
    *,
    connections: int,
    seconds: float,
) -> Driven:
    """Send for `seconds`, then wait for what is still on its way. `is_good` is asked about the
    body of each answer with status 200; every other answer has failed."""
    driven = Driven()
    loop = asyncio.get_running_loop()
    began_at = time.perf_counter()
    ends_at = began_at + seconds
    opened: list[asyncio.BaseTransport] = []
    lines: list[_Line] = []
    try:
        for _ in range(connections):
            transport, line = await loop.create_connection(
                lambda: _Line(next_request, is_good, driven, ends_at), HOST, port
            )
            opened.append(transport)
            lines.append(line)
        async with asyncio.timeout(seconds + ANSWER_S):
            await asyncio.gather(*(line.over for line in lines))
        driven.seconds = time.perf_counter() - began_at
    finally:
        for each in opened:
            each.close()
    return driven


class _Line(asyncio.Protocol):
    """One connection. `over` is done when its last answer has come."""

    def __init__(
        self,
        next_request: Callable[[], bytes],
        is_good: Callable[[bytes], bool],
        driven: Driven,
        ends_at: float,
    ) -> None:
        self._next_request = next_request
        self._is_good = is_good
        self._driven = driven
        self._ends_at = ends_at
        self._received = b""
        self._sent_at = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, gap, body = self._received.partition(b"\r\n\r\n")
        if gap and len(body) >= _length(head):
            self._received = b""
            self._answered(head, body)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._next_request())

    def _answered(self, head: bytes, body: bytes) -> None:
        now = time.perf_counter()
        if head.startswith(b"HTTP/1.1 200") and self._is_good(body):
            self._driven.waits_s.append(now - self._sent_at)
        else:
            self._driven.failed += 1
            if len(self._driven.failures) < KEPT_FAILURES:
                self._driven.failures.append(head.partition(b"\r\n")[0] + b" " + body[:2000])
        if now < self._ends_at:
            self._send()
        elif not self.over.done():
            self.over.set_result(None)


def _length(head: bytes) -> int:
    """Every answer of the gateway says how long it is."""
    place = head.lower().index(b"content-length:") + 15
    return int(head[place : (head + b"\r\n").index(b"\r\n", place)])

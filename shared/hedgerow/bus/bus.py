"""All of the bus behind one name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from hedgerow.auth import NOWHERE, Caller, Origin, Presence, Signer, Verifier
from hedgerow.bus.anchors import AnchorStream
from hedgerow.bus.calls import MOST_ITEMS, Calls
from hedgerow.bus.connection import Connection
from hedgerow.bus.endpoint import Endpoint, Incoming
from hedgerow.bus.packing import About
from hedgerow.bus.streams import Delivered, Outgoing, Streams
from hedgerow.contracts.message import Request

R = TypeVar("R")


class Bus:
    """A process's place on NATS. Begin with `connect`."""

    def __init__(
        self,
        connection: Connection,
        calls: Calls | None,
        streams: Streams,
        anchors: AnchorStream,
    ) -> None:
        self._connection = connection
        self._calls = calls
        self._streams = streams
        self._anchors = anchors
        self._endpoint: Endpoint | None = None

    @classmethod
    async def connect(
        cls,
        urls: str,
        *,
        name: str,
        seed_file: Path | None = None,
        signer: Signer | None = None,
        replicas: int = 1,
        most_items: int = MOST_ITEMS,
    ) -> Bus:
        """urls        NATS servers, separated by commas
        name        of this process's kind; its inboxes start with it
        seed_file   the nkey seed it shows; None: what the URL says
        signer      what `request` needs
        replicas    of the streams this process creates
        most_items  how many requests share a message at most; 1 switches coalescing off

        Raises BusDown.
        """
        connection = await Connection.open(urls, name, seed_file)
        calls = None
        if signer is not None:
            calls = Calls(connection.client, signer, most_items=most_items)
            await calls.start()
        streams = Streams(connection.client, replicas=replicas)
        await streams.start()
        anchors = AnchorStream(connection.client, replicas=replicas)
        return cls(connection, calls, streams, anchors)

    async def request(
        self,
        message: Request[R],
        caller: Caller,
        *,
        timeout_s: float = 5.0,
        key: str = "",
        origin: Origin = NOWHERE,
        presence: Presence | None = None,
    ) -> R:
        """Send `message` on behalf of `caller` and wait for its answer.

        timeout_s  after this the service does not begin any more, and this raises
        key        idempotency key: the same key gives the first answer again
        origin     where the caller's own request came from
        presence   what routing attested of the caller's position

        Queries, and commands with a key, are tried up to three times while there is time.
        Raises RemoteRefusal when the service turns it down, NotAnswering at once when no process
        of it is connected, BusDown, and DeadlinePassed.
        """
        if self._calls is None:
            raise RuntimeError("this bus was connected without a signer")
        about = About(key, origin, presence)
        return await self._calls.request(message, caller, timeout_s=timeout_s, about=about)

    async def serve(
        self,
        owner: str,
        verifier: Verifier,
        receive: Callable[[Incoming], None],
        troubles: Callable[[], list[str]],
    ) -> None:
        """Hand every authentic request for `owner` to `receive`; answer pings with `troubles`."""
        self._endpoint = Endpoint(self._connection.client, owner, verifier, receive, troubles)
        await self._endpoint.start()

    async def stop_serving(self) -> None:
        if self._endpoint is not None:
            await self._endpoint.stop()

    async def ensure_stream(self, owner: str) -> None:
        """See `Streams.ensure`."""
        await self._streams.ensure(owner)

    async def update_stream(self, owner: str) -> None:
        """See `Streams.update`."""
        await self._streams.update(owner)

    async def publish(self, events: Sequence[Outgoing]) -> list[Exception | None]:
        """See `Streams.publish`. The only way to say that something has happened."""
        return await self._streams.publish(events)

    async def consume(
        self,
        owner: str,
        durable: str,
        subjects: Sequence[str],
        handle: Callable[[list[Delivered]], Awaitable[None]],
        stopping: asyncio.Event,
    ) -> None:
        await self._streams.consume(owner, durable, subjects, handle, stopping)

    async def listen(
        self, subject: str, callback: Callable[[str, Mapping[str, str], bytes], None]
    ) -> Callable[[], Awaitable[None]]:
        """Hear events as they pass, at most once: for screens, never for state. Returns what ends
        it."""

        async def on_message(message: Msg) -> None:
            callback(message.subject, message.headers or {}, message.data)

        subscription: Any = await self._connection.client.subscribe(subject, cb=on_message)
        unsubscribe: Callable[[], Awaitable[None]] = subscription.unsubscribe
        return unsubscribe

    async def newest_anchor(self, owner: str) -> bytes | None:
        """The newest published anchor of the owner's evidence. Raises BusDown."""
        return await self._anchors.newest(owner)

    async def publish_anchor(self, owner: str, number: int, message: bytes) -> None:
        """Put an anchor where nobody can delete it. Raises BusDown."""
        await self._anchors.publish(owner, number, message)

    def published_anchors(self, owner: str) -> AsyncIterator[bytes]:
        """All of them, oldest first. Raises BusDown."""
        return self._anchors.all_of(owner)

    async def ping(self, owner: str, *, timeout_s: float = 1.0) -> list[str]:
        """The troubles a process of `owner` reports; says so itself when none answers."""
        client = self._connection.client
        inbox = f"{client.new_inbox()}.{owner}.ping"
        try:
            subscription: Any = await client.subscribe(inbox)
            try:
                await client.publish(f"hedgerow.ping.{owner}.v1", b"", reply=inbox)
                answer = await subscription.next_msg(timeout=timeout_s)
            finally:
                await subscription.unsubscribe()
            if (answer.headers or {}).get("Status") == "503":
                raise NoRespondersError
        except (NatsError, OSError, TimeoutError) as lost:
            return [f"{owner} does not answer: {type(lost).__name__}"]
        return msgspec.json.decode(answer.data, type=list[str])

    def troubles(self) -> list[str]:
        """Why this process should not get traffic; empty when all is well."""
        return self._connection.troubles()

    def on_reconnect(self, action: Callable[[], Awaitable[None]]) -> None:
        self._connection.on_reconnect(action)

    async def close(self) -> None:
        await self._connection.close()

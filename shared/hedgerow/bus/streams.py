"""Events over JetStream: one stream per owner, acknowledged publishing, durable consumers.

PostgreSQL holds the truth; a stream can be lost and is rebuilt from the outbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from hedgerow.bus.connection import BusDown, publish

log = logging.getLogger("hedgerow.bus")

ACK_WAIT_S = 30.0
FETCH_S = 1.0
FETCH_MOST = 256
MAX_AGE_S = 7 * 24 * 3600
NO_STREAM = (10059, 10060)
OTHER_SETTINGS = 10058  # "stream name already in use with a different configuration"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to publish. The broker drops a repeated `msg_id` for two minutes, consumers for
    good."""

    msg_id: str
    subject: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event as it came. Ack it when its effect is committed, nak it to see it again. One that
    did not come from a stream (a dead letter) has no message behind it."""

    subject: str
    body: bytes
    headers: Mapping[str, str]
    deliveries: int
    _message: Msg | None

    async def ack(self) -> None:
        if self._message is not None:
            with contextlib.suppress(NatsError):  # it will come again, and be known
                await self._message.ack()

    async def nak(self, delay_s: float) -> None:
        if self._message is not None:
            with contextlib.suppress(NatsError):  # it comes again by itself after ACK_WAIT_S
                await self._message.nak(delay=delay_s)


class _PubAck(msgspec.Struct):
    class Error(msgspec.Struct):
        err_code: int = 0
        description: str = ""

    seq: int = 0
    error: Error | None = None


class NotAccepted(Exception):
    """The broker answered that it will not store this event."""


class Streams:
    def __init__(self, client: Client, *, replicas: int = 1) -> None:
        self._client = client
        self._js = client.jetstream(timeout=5)
        self._replicas = replicas
        self._inbox = client.new_inbox()
        self._published = 0
        self._acks: dict[str, asyncio.Future[None]] = {}

    async def start(self) -> None:
        await self._client.subscribe(f"{self._inbox}.*", cb=self._on_ack)

    async def ensure(self, owner: str) -> None:
        """Create the owner's stream if it is not there; never change one. Raises BusDown.

        A service may do no more with its stream: bringing it up to date is for `migrate`.
        """
        try:
            await self._js.add_stream(self._config(owner))
        except nats.js.errors.BadRequestError as other:
            if other.err_code != OTHER_SETTINGS:
                raise BusDown(f"stream of {owner}: {other!r}") from other
            log.warning(
                "the stream has other settings than this version gives it",
                extra={"stream": stream_of(owner), "mend": f"python -m hedgerow_{owner} migrate"},
            )
        except (NatsError, OSError, TimeoutError) as lost:
            raise BusDown(f"stream of {owner}: {lost!r}") from lost

    async def update(self, owner: str) -> None:
        """Create the owner's stream, or bring its settings up to date; needs the operator's
        rights. Raises BusDown."""
        config = self._config(owner)
        try:
            try:
                await self._js.add_stream(config)
            except nats.js.errors.BadRequestError:
                await self._js.update_stream(config)
        except (NatsError, OSError, TimeoutError) as lost:
            raise BusDown(f"stream of {owner}: {lost!r}") from lost

    def _config(self, owner: str) -> StreamConfig:
        return StreamConfig(
            name=stream_of(owner),
            subjects=[f"hedgerow.evt.{owner}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_age=MAX_AGE_S,
            duplicate_window=120,
            num_replicas=self._replicas,
            deny_delete=True,
            deny_purge=True,
        )

    async def publish(
        self, events: Sequence[Outgoing], *, timeout_s: float = 2.0
    ) -> list[Exception | None]:
        """Publish all at once and wait for every acknowledgement.

        An entry is None when the broker has stored the event, NotAccepted when it said no,
        BusDown when it did not answer: then the event may be stored or not.
        """
        futures: list[asyncio.Future[None]] = []
        tokens: list[str] = []
        loop = asyncio.get_running_loop()
        for event in events:
            self._published += 1
            token = str(self._published)
            future = self._acks[token] = loop.create_future()
            tokens.append(token)
            futures.append(future)
            headers = {**event.headers, "Nats-Msg-Id": event.msg_id}
            try:
                await publish(
                    self._client, event.subject, event.body, f"{self._inbox}.{token}", headers
                )
            except BusDown as down:
                future.set_exception(down)
        await asyncio.wait(futures, timeout=timeout_s)
        for token in tokens:
            self._acks.pop(token, None)
        return [_outcome(future) for future in futures]

    async def consume(
        self,
        owner: str,
        durable: str,
        subjects: Sequence[str],
        handle: Callable[[list[Delivered]], Awaitable[None]],
        stopping: asyncio.Event,
    ) -> None:
        """Hand batches of the owner's events to `handle` until `stopping`; survives the broker."""
        while not stopping.is_set():
            try:
                subscription = await self._subscribe(owner, durable, subjects)
                while not stopping.is_set():
                    messages: list[Msg] = []
                    with contextlib.suppress(TimeoutError):  # nothing came: nats-py's own is one
                        messages = await subscription.fetch(FETCH_MOST, timeout=FETCH_S)
                    if messages:
                        await handle([_delivered(message) for message in messages])
            except (NatsError, OSError, TimeoutError, BusDown) as lost:
                log.warning("consumer starts again", extra={"on": owner, "why": repr(lost)})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), 0.5)

    async def _subscribe(self, owner: str, durable: str, subjects: Sequence[str]) -> Any:
        """Raises NotFoundError while the owner has not created its stream."""
        config = ConsumerConfig(
            durable_name=durable,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=ACK_WAIT_S,
            max_deliver=-1,
            max_ack_pending=4096,
            filter_subjects=list(subjects),
        )
        await self._js.add_consumer(stream_of(owner), config)
        return await self._js.pull_subscribe_bind(durable, stream_of(owner))

    async def _on_ack(self, message: Msg) -> None:
        future = self._acks.get(message.subject.rpartition(".")[2])
        if future is None or future.done():
            return
        if message.headers and message.headers.get("Status") == "503":
            future.set_exception(BusDown("no stream takes this event"))
            return
        ack = msgspec.json.decode(message.data, type=_PubAck)
        if ack.error is None:
            future.set_result(None)
        elif ack.error.err_code in NO_STREAM or "maximum" in ack.error.description:
            future.set_exception(BusDown(ack.error.description))
        else:
            future.set_exception(NotAccepted(ack.error.description))


def stream_of(owner: str) -> str:
    return f"HEDGEROW_{owner.upper()}"


def _delivered(message: Msg) -> Delivered:
    return Delivered(
        message.subject,
        message.data,
        message.headers or {},
        message.metadata.num_delivered,
        message,
    )


def _outcome(future: asyncio.Future[None]) -> Exception | None:
    if not future.done():
        future.cancel()
        return BusDown("no acknowledgement in time")
    error = future.exception()
    return error if error is None or isinstance(error, Exception) else BusDown(repr(error))

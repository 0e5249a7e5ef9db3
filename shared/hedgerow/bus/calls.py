"""The asking side: requests of one event-loop tick to the same service share a message."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from functools import cache
from typing import Any, TypeVar

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind

from hedgerow.auth import Caller, Signer
from hedgerow.bus.connection import BusDown, publish
from hedgerow.bus.envelope import (
    AUTH_HEADER,
    INTERNAL,
    Answer,
    Item,
    RemoteRefusal,
    decode_answers,
    encode,
)
from hedgerow.bus.packing import About, Waiting, parts_of, requests_of
from hedgerow.contracts.message import Query, Request, owner_of
from hedgerow.errors import DeadlinePassed, Invalid, Refused, Unavailable
from hedgerow.telemetry import Attribute, current_traceparent, span

R = TypeVar("R")
log = logging.getLogger("hedgerow.bus")

MOST_ITEMS = 64
LEAST_TIME_S = 0.02
ATTEMPT_S = 2.0
ATTEMPTS = 3
RESERVE_BYTES = 4096  # of the largest message: what the envelope itself needs


class NotAnswering(Unavailable):
    """No process of the service is connected."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self, owner: str) -> None:
        super().__init__(
            "A service is not available at the moment; try again.",
            "服务暂不可用，请稍后重试",
            detail=f"no responders: {owner}",
        )


class MessageTooLarge(Invalid):
    code = "MESSAGE_TOO_LARGE"

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"The request has {size} bytes; at most {most} are possible. Send less at once.",
            f"请求大小为 {size} 字节，超过上限 {most} 字节，请分批发送",
        )


@cache
def _reply_decoder(kind: type[Request[Any]]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind.reply_type())


class Calls:
    """Requests over one connection, with one inbox for all their answers."""

    def __init__(self, client: Client, signer: Signer, *, most_items: int = MOST_ITEMS) -> None:
        self._client = client
        self._signer = signer
        self._most_items = most_items
        self._inbox = client.new_inbox()
        self._sent = 0
        self._waiting: dict[str, list[Waiting]] = {}
        self._pending: dict[str, dict[int, asyncio.Future[msgspec.Raw]]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._client.subscribe(f"{self._inbox}.*.*", cb=self._on_answers)

    async def request(
        self, message: Request[R], caller: Caller, *, timeout_s: float, about: About
    ) -> R:
        """See `Bus.request`."""
        with span(
            message.SUBJECT, kind=SpanKind.CLIENT, attributes={Attribute.MESSAGE: message.SUBJECT}
        ):
            return await self._request(message, caller, timeout_s, about)

    async def _request(
        self, message: Request[R], caller: Caller, timeout_s: float, about: About
    ) -> R:
        repeatable = bool(about.key) or isinstance(message, Query)
        ends_at = time.time() + timeout_s
        body = msgspec.Raw(encode(message))
        for attempt in range(1, ATTEMPTS + 1):
            left_s = ends_at - time.time()
            if left_s < LEAST_TIME_S:
                raise DeadlinePassed(detail=message.SUBJECT)
            last = attempt == ATTEMPTS or not repeatable
            try:
                answer = await self._once(
                    message, body, caller, left_s if last else min(left_s, ATTEMPT_S), about
                )
                reply: R = _reply_decoder(type(message)).decode(answer)
                return reply
            except Refused as refused:
                if last or refused.family != Unavailable.family:
                    raise
            await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))
        raise DeadlinePassed(detail=message.SUBJECT)

    async def _once(
        self, message: Request[Any], body: msgspec.Raw, caller: Caller, wait_s: float, about: About
    ) -> msgspec.Raw:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[msgspec.Raw] = loop.create_future()
        deadline_ms = int((time.time() + wait_s) * 1000)
        item = Item(
            subject=message.SUBJECT,
            caller=0,
            deadline_ms=deadline_ms,
            key=about.key,
            traceparent=current_traceparent(),
            body=body,
            origin=about.origin,
            presence=about.presence,
        )
        owner = owner_of(type(message))
        self._waiting.setdefault(owner, []).append(Waiting(item, caller, future))
        if len(self._waiting) == 1 and len(self._waiting[owner]) == 1:
            loop.call_soon(self._flush)
        timer = loop.call_later(wait_s, _expire, future, message.SUBJECT)
        try:
            return await future
        finally:
            timer.cancel()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for owner, calls in waiting.items():
            for part in parts_of(calls, self._most_items):
                task = asyncio.get_running_loop().create_task(self._send(owner, part))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _send(self, owner: str, calls: list[Waiting]) -> None:
        body = encode(requests_of(calls))
        most = self._client.max_payload - RESERVE_BYTES
        if len(body) > most:
            _fail(calls, MessageTooLarge(len(body), most))
            return
        subjects = {call.item.subject for call in calls}
        subject = subjects.pop() if len(subjects) == 1 else f"hedgerow.mix.{owner}.v1"
        self._sent += 1
        token = str(self._sent)
        futures = {number: call.future for number, call in enumerate(calls)}
        self._pending[token] = futures
        for future in futures.values():
            future.add_done_callback(lambda _, token=token: self._forget(token))  # type: ignore[misc]
        headers = {AUTH_HEADER: self._signer.sign(owner, body, time.time())}
        try:
            # The owner stands in it: a service may answer what it was asked, and nothing else.
            await publish(self._client, subject, body, f"{self._inbox}.{owner}.{token}", headers)
        except BusDown as down:
            _fail(calls, down)

    def _forget(self, token: str) -> None:
        futures = self._pending.get(token)
        if futures is not None and all(future.done() for future in futures.values()):
            del self._pending[token]

    async def _on_answers(self, message: Msg) -> None:
        futures = self._pending.get(message.subject.rpartition(".")[2])
        if futures is None:
            return  # nobody waits any more
        if message.headers and message.headers.get("Status") == "503":
            for future in list(futures.values()):
                _set_exception(future, NotAnswering(message.subject))
            return
        try:
            answers = decode_answers(message.data).answers
        except msgspec.MsgspecError:
            log.exception("an answer cannot be read", extra={"bytes": len(message.data)})
            for future in list(futures.values()):
                _set_exception(future, RemoteRefusal(INTERNAL))
            return
        for answer in answers:
            _settle(futures.get(answer.item), answer)


def _settle(future: asyncio.Future[msgspec.Raw] | None, answer: Answer) -> None:
    if future is None or future.done():
        return
    if answer.refused is not None:
        future.set_exception(RemoteRefusal(answer.refused))
    else:
        future.set_result(answer.ok)


def _fail(calls: list[Waiting], error: Refused) -> None:
    for call in calls:
        _set_exception(call.future, error)


def _expire(future: asyncio.Future[msgspec.Raw], subject: str) -> None:
    _set_exception(future, DeadlinePassed(detail=f"no answer: {subject}"))


def _set_exception(future: asyncio.Future[msgspec.Raw], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)

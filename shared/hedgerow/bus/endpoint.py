"""The answering side: check who sent a message, take it apart, collect the answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from hedgerow.auth import NOWHERE, Caller, NotAuthentic, Origin, Presence, Verifier
from hedgerow.bus.connection import BusDown, publish
from hedgerow.bus.envelope import (
    AUTH_HEADER,
    INTERNAL,
    Answer,
    Answers,
    RefusalBody,
    decode_requests,
    encode,
    refusal_body,
)
from hedgerow.errors import Invalid, Refused

log = logging.getLogger("hedgerow.bus")

MOST_ITEMS = 256
RESERVE_BYTES = 4096
NOTHING = msgspec.Raw(b"null")


class Unreadable(Invalid):
    code = "MALFORMED"


class AnswerTooLarge(Invalid):
    code = "ANSWER_TOO_LARGE"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The answer would have {size} bytes; ask for fewer items at once.",
            f"结果大小为 {size} 字节，超过上限，请减少单次查询的数量",
        )


@dataclass(slots=True)
class Incoming:
    """One request on its way through the pipeline. Answer it once: `ok` or `refuse`.

    deadline_s  Unix time after which nobody waits any more
    """

    subject: str
    body: bytes
    caller: Caller
    deadline_s: float
    key: str
    traceparent: str
    _answer: Callable[[msgspec.Raw, RefusalBody | None], None]
    origin: Origin = NOWHERE
    presence: Presence | None = None

    def ok(self, encoded: bytes) -> None:
        self._answer(msgspec.Raw(encoded), None)

    def refuse(self, refused: Refused) -> None:
        self._answer(NOTHING, refusal_body(refused))

    def fail(self) -> None:
        """A bug: the caller is told no more than that."""
        self._answer(NOTHING, INTERNAL)


class Endpoint:
    """Listens to the commands and queries of one owner."""

    def __init__(
        self,
        client: Client,
        owner: str,
        verifier: Verifier,
        receive: Callable[[Incoming], None],
        troubles: Callable[[], list[str]],
    ) -> None:
        self._client = client
        self._owner = owner
        self._verifier = verifier
        self._receive = receive
        self._troubles = troubles
        self._ready: dict[str, list[Answer]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._subscriptions: list[Any] = []

    async def start(self) -> None:
        for subject in ("cmd.{}.>", "qry.{}.>", "mix.{}.v1"):
            self._subscriptions.append(
                await self._client.subscribe(
                    f"hedgerow.{subject.format(self._owner)}",
                    queue=self._owner,
                    cb=self._on_message,
                )
            )
        self._subscriptions.append(
            await self._client.subscribe(
                f"hedgerow.ping.{self._owner}.v1", queue=self._owner, cb=self._on_ping
            )
        )

    async def stop(self) -> None:
        """Take no more requests; those that are here already still come through."""
        for subscription in self._subscriptions:
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await asyncio.wait_for(subscription.drain(), 2)

    async def _on_ping(self, message: Msg) -> None:
        await publish(self._client, message.reply, encode(self._troubles()))

    async def _on_message(self, message: Msg) -> None:
        if not message.reply:
            return
        try:
            header = (message.headers or {}).get(AUTH_HEADER)
            self._verifier.verify(header, message.data, time.time())
            requests = decode_requests(message.data)
        except NotAuthentic as forged:
            log.error("refused a message", extra={"why": forged.detail, "on": message.subject})
            self._answer_all(message.reply, forged)
            return
        except msgspec.MsgspecError as wrong:
            self._answer_all(
                message.reply,
                Unreadable(f"The message cannot be read: {wrong}", "消息格式无法解析"),
            )
            return
        for number, item in enumerate(requests.items):
            self._receive(
                Incoming(
                    item.subject,
                    bytes(item.body),
                    requests.callers[item.caller],
                    item.deadline_ms / 1000,
                    item.key,
                    item.traceparent,
                    self._answerer(message.reply, number),
                    item.origin,
                    item.presence,
                )
            )

    def _answer_all(self, reply: str, refused: Refused) -> None:
        """Not knowing how many items there are, refuse as many as there can be."""
        for number in range(MOST_ITEMS):
            self._queue(reply, Answer(number, refused=refusal_body(refused)))

    def _answerer(
        self, reply: str, number: int
    ) -> Callable[[msgspec.Raw, RefusalBody | None], None]:
        def answer(ok: msgspec.Raw, refused: RefusalBody | None) -> None:
            self._queue(reply, Answer(number, ok, refused))

        return answer

    def _queue(self, reply: str, answer: Answer) -> None:
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._flush)
        self._ready.setdefault(reply, []).append(answer)

    def _flush(self) -> None:
        ready, self._ready = self._ready, {}
        for reply, answers in ready.items():
            task = asyncio.get_running_loop().create_task(self._send(reply, answers))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, reply: str, answers: list[Answer]) -> None:
        most = self._client.max_payload - RESERVE_BYTES
        for part in _parts(answers, most):
            try:
                await publish(self._client, reply, encode(Answers(part)))
            except BusDown as down:
                log.warning("an answer could not be sent", extra={"why": down.detail})


def _parts(answers: list[Answer], most: int) -> list[list[Answer]]:
    """Messages of at most about `most` bytes; an answer that fits none is refused."""
    parts: list[list[Answer]] = [[]]
    size = 0
    for answer in answers:
        length = len(bytes(answer.ok))
        if length > most:
            answer, length = Answer(answer.item, refused=refusal_body(AnswerTooLarge(length))), 0
        if parts[-1] and size + length > most // 2:
            parts.append([])
            size = 0
        parts[-1].append(answer)
        size += length
    return parts

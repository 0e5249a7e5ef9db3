"""Commands and queries: queue, batch, deadline, answer. What happens in the transaction stands in
`transact`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow.bus import Incoming
from hedgerow.contracts.message import Query, Request
from hedgerow.errors import DeadlinePassed, Invalid, Refused, Unavailable
from hedgerow.evidence import EvidenceWriter
from hedgerow.service.lanes import Lane
from hedgerow.service.table import Handler, Service, batch_of
from hedgerow.service.transact import Arrived, Transactions
from hedgerow.telemetry import Attribute, Metric, counter, histogram, span

log = logging.getLogger("hedgerow.service")

MOST_WAITING = 4096


class Overloaded(Unavailable):
    code = "OVERLOADED"

    def __init__(self) -> None:
        super().__init__(
            "The service is too busy at the moment; try again in a second.",
            "服务繁忙，请稍后重试",
        )


class Malformed(Invalid):
    code = "MALFORMED"


class UnknownMessage(Invalid):
    code = "UNKNOWN_MESSAGE"


class Requests:
    """Answers one service's commands and queries."""

    def __init__(
        self,
        service: Service,
        engine: AsyncEngine,
        committed: Callable[[], None],
        *,
        most: int = 64,
        most_waiting: int = MOST_WAITING,
        evidence: EvidenceWriter | None = None,
        anchor_keys: tuple[Ed25519PublicKey, ...] = (),
        kept: object = None,
    ) -> None:
        """committed     called after a commit that wrote events
        most          the largest batch; 1 switches batching off
        most_waiting  beyond so many waiting requests new ones are turned away at once
        """
        self._most_waiting = most_waiting
        self._transactions = Transactions(
            service.messages, engine, committed, evidence or EvidenceWriter(), anchor_keys, kept
        )
        self._kinds: dict[str, msgspec.json.Decoder[Any]] = {}
        self._lanes: dict[str, Lane[Arrived]] = {}
        for kind, handler in (*service.commands.items(), *service.queries.items()):
            self._kinds[kind.SUBJECT] = msgspec.json.Decoder(kind)
            self._lanes[kind.SUBJECT] = self._lane(kind, handler, most)
        self._answered = counter(Metric.ANSWERED)
        self._refused = counter(Metric.REFUSED)
        self._failed = counter(Metric.FAILED)
        self._overloaded = counter(Metric.OVERLOADED)
        self._batch = histogram(Metric.BATCH)

    @property
    def idle(self) -> bool:
        return all(lane.idle for lane in self._lanes.values())

    def receive(self, incoming: Incoming) -> None:
        """Queue a request, or turn it away at once."""
        decoder = self._kinds.get(incoming.subject)
        if decoder is None:
            incoming.refuse(
                UnknownMessage(
                    f"{incoming.subject} is not known here.", f"未知的消息类型 {incoming.subject}"
                )
            )
            return
        if sum(len(lane) for lane in self._lanes.values()) >= self._most_waiting:
            self._overloaded.add(1)
            incoming.refuse(Overloaded())
            return
        try:
            message = decoder.decode(incoming.body)
        except msgspec.MsgspecError as wrong:
            incoming.refuse(_malformed(wrong))
            return
        self._lanes[incoming.subject].add(Arrived(incoming, message))

    def _lane(self, kind: type[Request[Any]], handler: Handler, most: int) -> Lane[Arrived]:
        takes = batch_of(handler)

        async def run(batch: Sequence[Arrived]) -> None:
            await self._answer(handler, batch)

        if issubclass(kind, Query):
            size, parallel = most, 3
        elif takes is not None:
            size, parallel = min(takes, most), (1 if most > 1 else 6)
        else:
            size, parallel = 1, 6
        return Lane(run, most=size, parallel=parallel, together=_share_a_reach)

    async def _answer(self, handler: Handler, batch: Sequence[Arrived]) -> None:
        """Answer every message of the batch, whatever happens."""
        now_s = time.time()
        live = [each for each in batch if each.incoming.deadline_s > now_s]
        for each in batch:
            if each.incoming.deadline_s <= now_s:
                each.incoming.refuse(DeadlinePassed(detail="arrived too late"))
        if not live:
            return
        subject = live[0].incoming.subject
        self._batch.record(len(live), {"message": subject})
        with span(
            subject,
            live[0].incoming.traceparent,
            kind=SpanKind.SERVER,
            links=[each.incoming.traceparent for each in live[1:]],
            attributes={
                Attribute.MESSAGE: subject,
                Attribute.BATCH_SIZE: len(live),
                Attribute.TENANT: str(live[0].incoming.caller.tenant_id),
            },
        ):
            try:
                outcomes = await self._transactions.run(handler, live)
            except Refused as refused:
                if len(live) == 1:
                    self._refuse(live[0], refused)
                    return
                await self._one_by_one(handler, live)
            except Exception:  # the pipeline's own: nothing may go unanswered
                if len(live) == 1:
                    log.exception("a handler failed", extra={"on": subject})
                    self._failed.add(1, {"message": subject})
                    live[0].incoming.fail()
                    return
                log.warning("a batch failed; its messages run one by one", exc_info=True)
                await self._one_by_one(handler, live)
            else:
                for each, outcome in zip(live, outcomes, strict=True):
                    if isinstance(outcome, Refused):
                        self._refuse(each, outcome)
                    else:
                        self._answered.add(1, {"message": subject})
                        each.incoming.ok(outcome)

    async def _one_by_one(self, handler: Handler, batch: Sequence[Arrived]) -> None:
        for each in batch:
            await self._answer(handler, [each])

    def _refuse(self, each: Arrived, refused: Refused) -> None:
        self._refused.add(1, {"message": each.incoming.subject, "code": refused.code})
        if refused.detail:
            log.info("refused", extra={"code": refused.code, "detail": refused.detail})
        each.incoming.refuse(refused)


def _share_a_reach(first: Arrived, other: Arrived) -> bool:
    mine, theirs = first.incoming.caller, other.incoming.caller
    return mine is theirs or mine.reach() == theirs.reach()


def _malformed(wrong: msgspec.MsgspecError) -> Malformed:
    """msgspec names the place as `$.lines[0].quantity`."""
    text, _, path = str(wrong).partition(" - at `$.")
    field = path.rstrip("`").replace("[", ".").replace("]", "").replace("...", "0")
    return Malformed(f"{text}.", f"输入格式错误：{text}", field=field)

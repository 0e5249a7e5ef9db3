"""Events: once and in order for each aggregate, several in a transaction, poison set aside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow.auth import Caller
from hedgerow.bus import Delivered
from hedgerow.contracts.message import Event
from hedgerow.evidence import EvidenceWriter
from hedgerow.outbox import Writer
from hedgerow.service.inbox import Arrival, Inbox, Verdict, read
from hedgerow.service.table import Service, batch_of
from hedgerow.telemetry import Attribute, Metric, counter, span
from hedgerow.transaction import Source, Transaction
from hedgerow.transaction.database import is_lost
from hedgerow.transaction.session import Sessions

log = logging.getLogger("hedgerow.service")

MOST_FAILURES = 8
MOST_GAP_DELIVERIES = 30
STATEMENT_S = 10.0
LONGEST_PAUSE_S = 5.0


class Reactions:
    """Applies the events one service reacts to."""

    def __init__(
        self,
        service: Service,
        engine: AsyncEngine,
        committed: Callable[[], None],
        *,
        most: int = 64,
        evidence: EvidenceWriter | None = None,
        kept: object = None,
    ) -> None:
        """most  the largest batch; 1 switches batching off"""
        self._service = service
        self._sessions = Sessions(engine)
        self._committed = committed
        self._most = most
        self._writer = Writer(service.messages.outbox)
        self._evidence = evidence or EvidenceWriter()
        self._kept = kept
        self._inbox = Inbox(service.messages, service.name)
        self._kinds = {event.SUBJECT: event for event in service.reactions}
        self._names = frozenset(event.SUBJECT.split(".")[3] for event in service.reactions)
        self._failures: dict[str, int] = {}
        self._reacted = counter(Metric.REACTED)
        self._dead = counter(Metric.DEAD)

    def subjects(self, owner: str) -> list[str]:
        """What to consume from the stream of `owner`."""
        return sorted(f"{s}.>" for s in self._kinds if s.split(".")[2] == owner)

    async def handle(self, delivered: Sequence[Delivered]) -> None:
        """Apply a batch as it came from one stream; acknowledges or returns every event of it."""
        arrivals: list[Arrival] = []
        for event in delivered:
            arrival = read(event, self._kinds)
            if arrival is None:
                log.error("no outbox of ours wrote this", extra={"on": event.subject})
                await event.ack()
            elif arrival.unreadable:
                await self._set_aside(arrival, f"cannot be read: {arrival.unreadable}")
            else:
                arrivals.append(arrival)
        for wave in _waves(arrivals):
            for group in _groups(wave, self._most):
                await self._settle(group)

    async def _settle(self, group: Sequence[Arrival]) -> None:
        """Apply events of one tenant and kind, no two of the same aggregate, in one transaction;
        one by one when that fails."""
        try:
            verdicts = await self._apply(group)
        except Exception as wrong:  # the pipeline's own: nothing may stay unsettled
            if is_lost(wrong):
                log.warning("the database is not reachable", extra={"why": repr(wrong)})
                for each in group:
                    await each.delivered.nak(1.0)
            elif len(group) > 1:
                log.warning("a batch of events failed; they run one by one", exc_info=True)
                for each in group:
                    await self._settle([each])
            else:
                await self._failed(group[0], wrong)
            return
        for each, verdict in zip(group, verdicts, strict=True):
            await self._acknowledge(each, verdict)

    async def _apply(self, group: Sequence[Arrival]) -> list[Verdict]:
        kind = type(group[0].event)
        handler = self._service.reactions[kind]
        caller = Caller.service(self._service.name, group[0].tenant_id)
        with span(
            f"react {kind.SUBJECT}",
            group[0].traceparent,
            kind=SpanKind.CONSUMER,
            links=[each.traceparent for each in group[1:]],
            attributes={
                Attribute.MESSAGE: kind.SUBJECT,
                Attribute.BATCH_SIZE: len(group),
                Attribute.TENANT: str(caller.tenant_id),
            },
        ) as here:
            async with self._sessions.begin(caller.reach(), timeout_s=STATEMENT_S) as conn:
                verdicts = await self._inbox.judge(conn, group, self._names)
                due = [e for e, v in zip(group, verdicts, strict=True) if v is Verdict.APPLY]
                sources = _sources(due, caller, here)
                tx = Transaction(conn, caller, datetime.now(UTC), sources, kept=self._kept)
                if due:
                    await self._inbox.advance(conn, due, tx.now)
                    await _handle(handler, due, tx)
                    await self._writer.write(tx)
                for each, verdict in zip(group, verdicts, strict=True):
                    if verdict is Verdict.BEHIND:
                        await self._inbox.bury(conn, each, "behind an earlier one", tx.now)
                await self._evidence.write(tx)
        if tx.emitted:
            self._committed()
        self._reacted.add(len(due), {"message": kind.SUBJECT})
        return verdicts

    async def _acknowledge(self, each: Arrival, verdict: Verdict) -> None:
        if verdict is Verdict.GAP:
            if each.delivered.deliveries < MOST_GAP_DELIVERIES:
                await each.delivered.nak(min(0.05 * each.delivered.deliveries, LONGEST_PAUSE_S))
                return
            await self._set_aside(each, "an earlier event of the aggregate never came")
            return
        self._failures.pop(each.msg_id, None)
        await each.delivered.ack()

    async def _failed(self, each: Arrival, wrong: Exception) -> None:
        """Again later, with growing pauses; after enough failures the event is set aside, and
        with it what follows in its aggregate. The other aggregates go on."""
        failures = self._failures[each.msg_id] = self._failures.get(each.msg_id, 0) + 1
        log.error(
            "a reaction failed",
            exc_info=wrong,
            extra={"on": each.delivered.subject, "aggregate": each.aggregate, "time": failures},
        )
        if failures < MOST_FAILURES:
            await each.delivered.nak(min(0.1 * 2**failures, LONGEST_PAUSE_S))
            return
        await self._set_aside(each, repr(wrong))

    async def _set_aside(self, each: Arrival, error: str) -> None:
        try:
            await self._bury(each, error)
        except Exception as wrong:
            if not is_lost(wrong):
                raise
            await each.delivered.nak(1.0)
            return
        self._failures.pop(each.msg_id, None)
        await each.delivered.ack()

    async def _bury(self, each: Arrival, error: str) -> None:
        log.error("dead letter", extra={"aggregate": each.aggregate, "why": error})
        self._dead.add(1, {"message": each.delivered.subject.split(".")[3]})
        caller = Caller.service(self._service.name, each.tenant_id)
        async with self._sessions.begin(caller.reach(), timeout_s=STATEMENT_S) as conn:
            await self._inbox.bury(conn, each, error, datetime.now(UTC))

    async def replay(self, each: Arrival, dead_id: int) -> None:
        """Apply a dead letter now, out of turn if need be. Raises what its handler raises."""
        handler = self._service.reactions[type(each.event)]
        caller = Caller.service(self._service.name, each.tenant_id)
        async with self._sessions.begin(caller.reach(), timeout_s=STATEMENT_S) as conn:
            tx = Transaction(conn, caller, datetime.now(UTC), _sources([each], caller, ""))
            await self._inbox.raise_to(conn, each, tx.now)
            await _handle(handler, [each], tx)
            await self._writer.write(tx)
            await self._inbox.mark_replayed(conn, dead_id, tx.now)
            await self._evidence.write(tx)
        self._committed()


async def _handle(handler: Any, due: Sequence[Arrival], tx: Transaction) -> None:
    if batch_of(handler) is not None:
        await handler([each.event for each in due], tx)
        return
    for each in due:
        await handler(each.event, tx)


def _sources(due: Sequence[Arrival], caller: Caller, here: str) -> dict[int, Source]:
    """A lone event's effects belong to the span `here` that applied it, if there is one; in a
    batch each to its own."""
    alone = here if len(due) == 1 else ""
    return {
        id(each.event): Source(caller.subject, _cause(each), alone or each.traceparent)
        for each in due
    }


def _cause(each: Arrival) -> str:
    return f"{each.aggregate} v{each.version} {each.delivered.subject.split('.')[3]}"


def _waves(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """Wave n holds the n-th event of each aggregate, by version."""
    waves: list[list[Arrival]] = []
    seen: dict[tuple[Any, str], int] = {}
    for each in sorted(arrivals, key=lambda one: one.version):
        number = seen.get((each.tenant_id, each.aggregate), 0)
        seen[each.tenant_id, each.aggregate] = number + 1
        if number == len(waves):
            waves.append([])
        waves[number].append(each)
    return waves


def _groups(wave: Sequence[Arrival], most: int) -> list[list[Arrival]]:
    """By tenant and kind, at most `most` each."""
    by_kind: dict[tuple[Any, type[Event]], list[Arrival]] = {}
    for each in wave:
        by_kind.setdefault((each.tenant_id, type(each.event)), []).append(each)
    return [
        group[start : start + most]
        for group in by_kind.values()
        for start in range(0, len(group), most)
    ]

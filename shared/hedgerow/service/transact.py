"""One batch of requests, one transaction: context, idempotency, handle, outbox, commit."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import structs
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow.access.tables import STALE
from hedgerow.auth import StaleAccess
from hedgerow.bus import Incoming
from hedgerow.contracts.message import Request
from hedgerow.errors import DeadlinePassed, Refused, Unavailable
from hedgerow.evidence import EvidenceWriter
from hedgerow.outbox import Writer
from hedgerow.service.idempotency import Keys
from hedgerow.service.table import Handler, batch_of, field_answered
from hedgerow.transaction import Ask, MessageTables, Source, Transaction
from hedgerow.transaction.database import is_lost, sqlstate
from hedgerow.transaction.session import Sessions

TRANSIENT = frozenset({"40001", "40P01"})  # serialization failure, deadlock
TIMED_OUT = frozenset({"57014", "55P03"})  # statement timeout, lock timeout
RETRIES = 3
MOST_JOINED = 500


class DatabaseDown(Unavailable):
    code = "DATABASE_UNAVAILABLE"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The service cannot reach its database; try again.",
            "服务暂时无法访问数据库，请重试",
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """A decoded request."""

    incoming: Incoming
    message: Request[Any]


class Transactions:
    """Runs handlers against one service's database."""

    def __init__(
        self,
        tables: MessageTables,
        engine: AsyncEngine,
        committed: Callable[[], None],
        evidence: EvidenceWriter,
        anchor_keys: tuple[Ed25519PublicKey, ...] = (),
        kept: object = None,
    ) -> None:
        """committed  called after a commit that wrote events"""
        self._sessions = Sessions(engine)
        self._committed = committed
        self._keys = Keys(tables.idempotency)
        self._writer = Writer(tables.outbox)
        self._evidence = evidence
        self._anchor_keys = anchor_keys
        self._kept = kept

    async def run(self, handler: Handler, batch: Sequence[Arrived]) -> list[bytes | Refused]:
        """Answers in the order of `batch`, which shares one reach. Begins again when the database
        says that it lost a race. Raises what the handler raises, StaleAccess, DatabaseDown and
        DeadlinePassed.
        """
        for attempt in range(1, RETRIES + 1):
            try:
                return await self._transact(handler, batch)
            except IntegrityError as clash:
                if attempt == RETRIES or "idempotency_pkey" not in str(clash.orig):
                    raise
            except Refused:
                raise
            except Exception as wrong:
                if is_lost(wrong):
                    raise DatabaseDown(repr(wrong)) from wrong
                if sqlstate(wrong) == STALE:
                    raise StaleAccess(detail=batch[0].incoming.caller.subject) from wrong
                if not isinstance(wrong, DBAPIError):
                    raise
                if sqlstate(wrong) in TIMED_OUT:
                    raise DeadlinePassed(detail=str(wrong.orig)) from wrong
                if attempt == RETRIES or sqlstate(wrong) not in TRANSIENT:
                    raise
        raise DatabaseDown("retries exhausted")

    async def _transact(self, handler: Handler, batch: Sequence[Arrived]) -> list[bytes | Refused]:
        asks = [each.incoming for each in batch]
        caller = asks[0].caller
        ends_at_s = max(ask.deadline_s for ask in asks)
        time_left_s = ends_at_s - time.time()
        async with self._sessions.begin(
            caller.reach(), timeout_s=time_left_s, rights=_rights(asks)
        ) as conn:
            now = datetime.now(UTC)
            outcomes: dict[int, bytes | Refused] = {**await self._keys.answered(conn, asks)}
            fresh, repeats = _first_of_each_key(asks, outcomes)
            if fresh:
                messages = [batch[position].message for position in fresh]
                sources = {
                    id(message): _source(asks[position])
                    for position, message in zip(fresh, messages, strict=True)
                }
                tx = Transaction(
                    conn, caller, now, sources, anchor_keys=self._anchor_keys, kept=self._kept
                )
                replies = await _handle(handler, [asks[p] for p in fresh], messages, tx)
                await self._writer.write(tx)
                for position, reply in zip(fresh, replies, strict=True):
                    is_refusal = isinstance(reply, Refused)
                    outcomes[position] = reply if is_refusal else msgspec.json.encode(reply)
                await self._keys.keep(
                    conn,
                    [(asks[p], o) for p in fresh if not isinstance(o := outcomes[p], Refused)],
                    now,
                )
                await self._evidence.write(tx)
                if time.time() >= ends_at_s:
                    raise DeadlinePassed(detail="nobody waits for the commit any more")
                emitted = bool(tx.emitted)
            else:
                emitted = False
        if emitted:
            self._committed()
        for position, first in repeats.items():
            outcomes[position] = outcomes[first]
        return [outcomes[position] for position in range(len(batch))]


def _rights(asks: Sequence[Incoming]) -> set[tuple[str, int]]:
    """Of people; services act on their own."""
    callers = (ask.caller for ask in asks)
    return {(each.subject, each.permission_version) for each in callers if not each.is_service}


def _source(ask: Incoming) -> Source:
    return Source(ask.caller.subject, ask.subject, ask.traceparent, ask.origin, ask.presence)


async def _handle(
    handler: Handler, asks: Sequence[Incoming], messages: Sequence[Request[Any]], tx: Transaction
) -> list[Any]:
    if batch_of(handler) is not None:
        paired = [Ask(message, ask.caller) for ask, message in zip(asks, messages, strict=True)]
        replies: list[Any] = await handler(paired, tx)
        return replies
    if (field := field_answered(handler)) is not None:
        return await _along(handler, field, asks, messages, tx)
    replies = []
    for ask, message in zip(asks, messages, strict=True):
        tx.caller = ask.caller  # queries share a transaction; each sees its own caller
        replies.append(await handler(message, tx))
    return replies


async def _along(
    handler: Handler,
    field: str,
    asks: Sequence[Incoming],
    messages: Sequence[Request[Any]],
    tx: Transaction,
) -> list[Any]:
    """One call for each caller, with the fields of their queries joined."""
    replies: list[Any] = [()] * len(asks)
    for positions in _same_caller_and_few(asks, [len(getattr(m, field)) for m in messages]):
        joined = tuple(each for p in positions for each in getattr(messages[p], field))
        tx.caller = asks[positions[0]].caller
        answer = await handler(structs.replace(messages[positions[0]], **{field: joined}), tx)
        start = 0
        for position in positions:
            end = start + len(getattr(messages[position], field))
            replies[position] = answer[start:end]
            start = end
    return replies


def _same_caller_and_few(asks: Sequence[Incoming], sizes: Sequence[int]) -> list[list[int]]:
    """Positions that may be asked together: of one caller, at most MOST_JOINED entries."""
    groups: list[list[int]] = []
    for position, ask in enumerate(asks):
        for group in groups:
            joined = sum(sizes[each] for each in group) + sizes[position]
            if joined <= MOST_JOINED and asks[group[0]].caller == ask.caller:
                group.append(position)
                break
        else:
            groups.append([position])
    return groups


def _first_of_each_key(
    asks: Sequence[Incoming], known: dict[int, bytes | Refused]
) -> tuple[list[int], dict[int, int]]:
    """Positions to handle, and for repetitions inside the batch the position they repeat."""
    fresh: list[int] = []
    repeats: dict[int, int] = {}
    firsts: dict[tuple[str, str, str, bytes], int] = {}
    for position, ask in enumerate(asks):
        if position in known:
            continue
        if ask.key:
            mark = (ask.caller.subject, ask.key, ask.subject, ask.body)
            if mark in firsts:
                repeats[position] = firsts[mark]
                continue
            firsts[mark] = position
        fresh.append(position)
    return fresh, repeats

"""How far a service has come with each aggregate, and which event may be applied next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Text, any_, bindparam, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.bus import Delivered
from hedgerow.contracts.message import Event
from hedgerow.contracts.values import TenantId
from hedgerow.transaction import MessageTables
from hedgerow.transaction.bulk import BulkInsert


class Verdict(Enum):
    APPLY = "apply"
    KNOWN = "known"  # applied before
    GAP = "gap"  # an earlier event that matters here has not been applied yet
    BEHIND = "behind"  # an earlier event of the aggregate is a dead letter


class OvertakenInbox(Exception):
    """Another process applied one of these events between our look and our write."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event with what its headers say of it. See `hedgerow.transaction.tables` for follows.

    unreadable  why the body could not be decoded; then `event` is an empty Event of no kind
    """

    delivered: Delivered
    event: Event
    msg_id: str
    tenant_id: TenantId
    aggregate: str
    version: int
    follows: Mapping[str, int]
    traceparent: str
    unreadable: str = ""


def read(delivered: Delivered, kinds: Mapping[str, type[Event]]) -> Arrival | None:
    """None when it is not one of `kinds`, or no outbox of ours wrote it."""
    tokens = delivered.subject.split(".")
    kind = kinds.get(".".join(tokens[:5]))
    headers = delivered.headers
    if kind is None or len(tokens) != 7:
        return None
    event, unreadable = Event(), ""
    try:
        event = msgspec.json.decode(delivered.body, type=kind)
    except msgspec.MsgspecError as wrong:
        unreadable = str(wrong)
    try:
        return Arrival(
            delivered,
            event,
            str(UUID(headers["Nats-Msg-Id"])),
            TenantId(UUID(tokens[5])),
            headers["Hedgerow-Aggregate"],
            int(headers["Hedgerow-Version"]),
            _follows(headers.get("Hedgerow-Follows", "")),
            headers.get("Traceparent", ""),
            unreadable,
        )
    except (KeyError, ValueError):
        return None


def _follows(text: str) -> dict[str, int]:
    pairs = (part.partition(":") for part in text.split(",") if part)
    return {kind: int(version) for kind, _, version in pairs}


class Inbox:
    """Statements over `inbox` and `dead_letters` for one consumer."""

    def __init__(self, tables: MessageTables, consumer: str) -> None:
        inbox, dead = tables.inbox, tables.dead_letters
        self._consumer = consumer
        these = any_(bindparam("aggregates", type_=ARRAY(Text)))
        heads = select(inbox.c.aggregate, inbox.c.version, literal(False)).where(
            inbox.c.tenant_id == bindparam("tenant"),
            inbox.c.consumer == consumer,
            inbox.c.aggregate == these,
        )
        stuck = (
            select(dead.c.aggregate, func.min(dead.c.version), literal(True))
            .where(
                dead.c.tenant_id == bindparam("tenant"),
                dead.c.consumer == consumer,
                dead.c.aggregate == these,
                dead.c.replayed_at.is_(None),
            )
            .group_by(dead.c.aggregate)
        )
        self._known = union_all(heads, stuck)
        self._bury = insert(dead).on_conflict_do_nothing()
        self._replayed = (
            update(dead)
            .where(dead.c.id == bindparam("dead_id"))
            .values(replayed_at=bindparam("now"))
        )
        given = BulkInsert(
            inbox,
            *("tenant_id", "consumer", "aggregate", "version", "msg_id", "at"),
            same=("tenant_id", "consumer", "at"),
        )
        self._advance = given.upserting(
            key=("tenant_id", "consumer", "aggregate"),
            set=("version", "msg_id", "at"),
            only_if=lambda old, new: old.version < new.version,
            returning=("aggregate",),
        )

    async def judge(
        self, conn: AsyncConnection, group: Sequence[Arrival], mine: frozenset[str]
    ) -> list[Verdict]:
        """What to do with each event of one tenant; `mine` are the names of the kinds this
        service reacts to."""
        which = {
            "tenant": group[0].tenant_id,
            "aggregates": [each.aggregate for each in group],
        }
        heads: dict[str, int] = {}
        stuck: dict[str, int] = {}
        for aggregate, version, is_stuck in await conn.execute(self._known, which):
            (stuck if is_stuck else heads)[aggregate] = version
        return [
            _verdict(each, heads.get(each.aggregate, 0), stuck.get(each.aggregate), mine)
            for each in group
        ]

    async def advance(self, conn: AsyncConnection, group: Sequence[Arrival], now: datetime) -> None:
        """Raises OvertakenInbox; then nothing of this transaction may stay."""
        result = await self._advance(conn, [self._row(each, now) for each in group])
        if result is None or len(result.all()) != len(group):
            raise OvertakenInbox

    async def raise_to(self, conn: AsyncConnection, each: Arrival, now: datetime) -> None:
        """Set the head to this event unless it is further already."""
        await self._advance(conn, [self._row(each, now)])

    async def bury(self, conn: AsyncConnection, each: Arrival, error: str, now: datetime) -> None:
        """Keep an event that cannot be applied, whole, until somebody replays it."""
        await conn.execute(
            self._bury,
            {
                **self._row(each, now),
                "follows": ",".join(f"{k}:{v}" for k, v in each.follows.items()),
                "subject": each.delivered.subject,
                "body": each.delivered.body.decode(),
                "traceparent": each.traceparent,
                "error": error[:2000],
            },
        )

    async def mark_replayed(self, conn: AsyncConnection, dead_id: int, now: datetime) -> None:
        await conn.execute(self._replayed, {"dead_id": dead_id, "now": now})

    def _row(self, each: Arrival, now: datetime) -> dict[str, Any]:
        return {
            "tenant_id": each.tenant_id,
            "consumer": self._consumer,
            "aggregate": each.aggregate,
            "version": each.version,
            "msg_id": UUID(each.msg_id),
            "at": now,
        }


def _verdict(each: Arrival, head: int, stuck: int | None, mine: frozenset[str]) -> Verdict:
    if each.version <= head:
        return Verdict.KNOWN
    if stuck is not None:
        return Verdict.BEHIND if each.version != stuck else Verdict.KNOWN
    expected = max((v for kind, v in each.follows.items() if kind in mine), default=0)
    return Verdict.APPLY if head >= expected else Verdict.GAP

"""Outbox rows -> JetStream, the events of one aggregate in the order of their versions.

Any number of relays may run. Each holds session advisory locks on shards of the outbox and sends
those shards only; when it dies its locks die with it and another takes over. No transaction is
open while it waits for the broker. A crash between an acknowledgement and the update sends again;
consumers drop what they know.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from opentelemetry.trace import SpanKind
from sqlalchemy import ARRAY, BigInteger, Table, Text, any_, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hedgerow.bus import Bus, Outgoing
from hedgerow.bus.connection import BusDown
from hedgerow.bus.streams import NotAccepted
from hedgerow.telemetry import Attribute, Metric, counter, span, tracing
from hedgerow.transaction.database import is_lost
from hedgerow.transaction.tables import SHARDS

log = logging.getLogger("hedgerow.outbox")

LOCK_SPACE = 0x4F7574  # "Out"
BATCH = 512
FIRST_PAUSE_S, LAST_PAUSE_S = 0.05, 1.0
MOST_ATTEMPTS = 8

_CLAIM = text(
    "select shard from generate_series(0, :last) as s(shard) "
    "where shard <> all (cast(:held as int[])) and pg_try_advisory_lock(:space, shard)"
)


class Relay:
    """Sends one service's outbox while `run` runs; `wake` it after a commit."""

    def __init__(
        self, outbox: Table, engine: AsyncEngine, bus: Bus, *, owner: str, role: str
    ) -> None:
        """engine  unpooled and in autocommit
        owner   of the stream
        role    what may see the outbox of all tenants
        """
        self._owner = owner
        self._outbox = outbox
        self._engine = engine
        self._bus = bus
        self._role = role
        self._woken = asyncio.Event()
        self._held: list[int] = []
        self._sent = counter(Metric.SENT)
        self._parked = counter(Metric.PARKED)
        self._todo = (
            select(
                *(
                    outbox.c[name]
                    for name in (
                        "id", "msg_id", "aggregate", "version", "follows", "subject", "body",
                        "traceparent", "tenant_id", "attempts",
                    )
                )
            )
            .where(
                outbox.c.shard == any_(bindparam("shards", type_=ARRAY(BigInteger))),
                outbox.c.sent_at.is_(None),
                outbox.c.parked_at.is_(None),
            )
            .order_by(outbox.c.id)
            .limit(BATCH)
        )  # fmt: skip
        ids = outbox.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
        self._mark_sent = update(outbox).where(ids).values(sent_at=bindparam("at"))
        self._mark_failed = (
            update(outbox)
            .where(ids)
            .values(attempts=outbox.c.attempts + 1, last_error=bindparam("error"))
        )
        self._park = (
            update(outbox)
            .where(
                outbox.c.tenant_id == bindparam("tenant"),
                outbox.c.aggregate == bindparam("aggregate"),
                outbox.c.version >= bindparam("from_version"),
                outbox.c.sent_at.is_(None),
            )
            .values(parked_at=bindparam("at"), last_error=bindparam("error", type_=Text))
        )

    def wake(self) -> None:
        """Something was committed: look now."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping`, then once more what is already there. Outlives lost connections
        to the database and the broker."""
        while not stopping.is_set():
            try:
                async with self._engine.connect() as conn:
                    await conn.execute(text(f'set role "{self._role}"'))
                    self._held = []
                    await self._send_until(conn, stopping)
            except Exception as lost:
                if not is_lost(lost):
                    raise
                log.warning("relay starts again", extra={"why": repr(lost)})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), LAST_PAUSE_S)

    async def _send_until(self, conn: AsyncConnection, stopping: asyncio.Event) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            self._woken.clear()
            ending = stopping.is_set()
            sent, more = await self.send_once(conn)
            if ending:
                return
            if more:
                continue
            pause_s = FIRST_PAUSE_S if sent else min(pause_s * 2, LAST_PAUSE_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause_s)

    async def send_once(self, conn: AsyncConnection) -> tuple[int, bool]:
        """Send one batch. Returns how many rows the broker took, and whether more may wait."""
        if len(self._held) < SHARDS:
            claimed = await conn.execute(
                _CLAIM, {"last": SHARDS - 1, "held": self._held, "space": LOCK_SPACE}
            )
            self._held += [row.shard for row in claimed]
        if not self._held:
            return 0, False
        rows = (await conn.execute(self._todo, {"shards": self._held})).all()
        sent = 0
        failed: set[str] = set()
        for wave in _waves(rows):
            due = [row for row in wave if _of(row) not in failed]
            if due:
                sent += await self._send_wave(conn, due, failed)
        return sent, len(rows) == BATCH and not failed

    async def _send_wave(self, conn: AsyncConnection, rows: Sequence[Any], failed: set[str]) -> int:
        """Send rows of different aggregates at once; those of failed ones wait for the next try."""
        outcomes = await self._bus.publish([_outgoing(row) for row in rows])
        stored = [row.id for row, error in zip(rows, outcomes, strict=True) if error is None]
        now = datetime.now(UTC)
        if stored:
            await conn.execute(self._mark_sent, {"ids": stored, "at": now})
            self._sent.add(len(stored))
        for row, error in zip(rows, outcomes, strict=True):
            if error is None:
                continue
            failed.add(_of(row))
            if isinstance(error, NotAccepted):
                await self._refused(conn, row, str(error), now)
        if any(isinstance(error, BusDown) for error in outcomes):
            with contextlib.suppress(BusDown):
                await self._bus.ensure_stream(self._owner)  # the broker may have lost its store
        return len(stored)

    async def _refused(self, conn: AsyncConnection, row: Any, error: str, now: datetime) -> None:
        """Count what the broker will not take; after enough tries park it and all that follows
        it in its aggregate, so that the others go on."""
        if row.attempts + 1 < MOST_ATTEMPTS:
            await conn.execute(self._mark_failed, {"ids": [row.id], "error": error})
            return
        log.error("outbox parked", extra={"aggregate": row.aggregate, "why": error})
        self._parked.add(1)
        await conn.execute(
            self._park,
            {
                "tenant": row.tenant_id,
                "aggregate": row.aggregate,
                "from_version": row.version,
                "at": now,
                "error": error,
            },
        )


def _waves(rows: Sequence[Any]) -> list[list[Any]]:
    """Wave n holds the n-th row of each aggregate."""
    waves: list[list[Any]] = []
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (row.aggregate, row.version)):
        number = seen.get(_of(row), 0)
        seen[_of(row)] = number + 1
        if number == len(waves):
            waves.append([])
        waves[number].append(row)
    return waves


def _of(row: Any) -> str:
    return f"{row.tenant_id} {row.aggregate}"


def _outgoing(row: Any) -> Outgoing:
    traceparent = row.traceparent
    if tracing():
        kind = ".".join(row.subject.split(".")[:5])
        about: dict[str, str | int] = {
            Attribute.MESSAGE: kind,
            Attribute.AGGREGATE: row.aggregate,
        }
        with span(f"publish {kind}", traceparent, kind=SpanKind.PRODUCER, attributes=about) as here:
            traceparent = here
    return Outgoing(
        str(row.msg_id),
        row.subject,
        row.body.encode(),
        {
            "Hedgerow-Aggregate": row.aggregate,
            "Hedgerow-Version": str(row.version),
            "Hedgerow-Follows": row.follows,
            "Traceparent": traceparent,
        },
    )

"""What row security costs: the statements of the services' own reads, as the service runs them,
beside the same ones with the tenant and plants written out, asked by a role that bypasses it.

Both are asked on one connection, which changes its role in between: of two server processes one
may be on the client's core and the other not, and that difference is larger than what is measured.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
from hedgerow.auth import Caller
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url, connect
from hedgerow.transaction.tenancy import enter, enter_script
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import NOON, Databases

from .plant_data import Ask, Size, founded
from .report import say
from .stage import Stage

ROUNDS = 7
CALLS = 200
SIZE = Size(plants=50, orders=200_000, decisions=100_000, rmas=50_000, skus=500)


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement as the driver was given it, with the parameters of each time."""

    text: str
    values: list[tuple[Any, ...]]

    def spelled_out(self, table: str, who: Caller) -> Sent:
        """With what row security adds, as conditions on `table`: the tenant, and the plant where
        the statement does not name it itself. Joined tables join by tenant already."""
        head, where, tail = self.text.rpartition("WHERE ")
        if not where:
            head, order, tail = self.text.partition("ORDER BY ")
            tail = f"{order}{tail}"
        count = len(self.values[0])
        conditions = [f"{table}.tenant_id = ${count + 1}::uuid"]
        more: list[Any] = [who.tenant_id]
        reach = who.reach()
        if not reach.everywhere and f"{table}.plant_id =" not in tail:
            [plant] = reach.plants
            conditions.append(f"{table}.plant_id = ${count + 2}::uuid")
            more.append(plant)
        text = f"{head}WHERE {' AND '.join(conditions)} {'AND ' if where else ''}{tail}"
        return Sent(text, [(*each, *more) for each in self.values])


@dataclass(frozen=True, slots=True)
class Pair:
    """One read, prepared on both sides."""

    name: str
    conn: asyncpg.Connection[asyncpg.Record]
    runtime: str
    ours: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]
    theirs: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]
    sent: Sent
    spelled_out: Sent

    async def rows(self, which: int) -> tuple[list[Any], list[Any]]:
        await self.conn.execute(f"set local role {self.runtime}")
        ours = await self.ours.fetch(*self.sent.values[which])
        await self.conn.execute("set local role none")
        theirs = await self.theirs.fetch(*self.spelled_out.values[which])
        return [tuple(row) for row in ours], [tuple(row) for row in theirs]

    async def times_us(self, calls: int) -> tuple[float, float]:
        """The medians of calls that take turns: who is first changes every time."""
        taken: tuple[list[float], list[float]] = ([], [])
        sides = (
            (self.runtime, self.ours, self.sent, taken[0]),
            ("none", self.theirs, self.spelled_out, taken[1]),
        )
        for number in range(calls):
            which = number % len(self.sent.values)
            for role, statement, sent, times in sides if number % 2 else sides[::-1]:
                await self.conn.execute(f"set local role {role}")
                began_at = time.perf_counter()
                await statement.fetch(*sent.values[which])
                times.append((time.perf_counter() - began_at) * 1e6)
        return median(taken[0]), median(taken[1])


async def measure(stage: Stage) -> None:
    async with founded(stage.databases, stage.postgres.admin_url, SIZE) as asks:
        for ask in asks:
            async with prepared(stage.databases, ask) as pair:
                say(pair.name)
                await check(pair)
                await pair.times_us(CALLS)  # plans are made, pages are read
                rounds = [await pair.times_us(CALLS) for _ in range(ROUNDS)]
                ours, theirs = zip(*rounds, strict=True)
                stage.report.add(f"row_security_{pair.name}", "us", ours, theirs)


async def check(pair: Pair) -> None:
    """Both sides answer with the same rows, and with some."""
    for which in range(len(pair.sent.values)):
        ours, theirs = await pair.rows(which)
        same = sorted(map(repr, ours)) == sorted(map(repr, theirs))
        assert ours and same, f"{pair.name}: not the same rows, or none"


@asynccontextmanager
async def prepared(databases: Databases, ask: Ask) -> AsyncIterator[Pair]:
    """Both sides are in one transaction, which lasts as long as the pair."""
    sent = await captured(ask)
    spelled_out = sent.spelled_out(ask.table, ask.who)
    url = async_url(ask.url)
    conn = await asyncpg.connect(databases.admin_url, database=url.database)
    try:
        await conn.execute(f"begin; {enter_script(ask.who.reach(), timeout_s=600)}")
        theirs = await conn.prepare(spelled_out.text)
        await conn.execute(f"set local role {url.username}")
        yield Pair(
            name=ask.name,
            conn=conn,
            runtime=str(url.username),
            ours=await conn.prepare(sent.text),
            theirs=theirs,
            sent=sent,
            spelled_out=spelled_out,
        )
    finally:
        await conn.close()


async def captured(ask: Ask) -> Sent:
    """What the service's own view sends for `ask.table`, message by message."""
    engine = connect(ask.url, pool_size=1)
    async with engine.connect() as conn:
        await enter(conn, ask.who.reach(), timeout_s=600)
        tx = Transaction(conn, ask.who, NOON)
        with listening(conn) as heard:
            for message in ask.messages:
                await ask.view(message, tx)
    await engine.dispose()
    wanted = [each for each in heard if f"FROM {ask.table}" in each[0]]
    [text] = {text for text, _ in wanted}
    return Sent(text, [values for _, values in wanted])


@contextmanager
def listening(conn: AsyncConnection) -> Iterator[Sequence[tuple[str, tuple[Any, ...]]]]:
    heard: list[tuple[str, tuple[Any, ...]]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        heard.append((statement, tuple(values)))

    event.listen(conn.sync_connection, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(conn.sync_connection, "before_cursor_execute", note)

"""Sending a stretch of time again, and dropping what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.transaction import MessageTables

KEEP_SENT = timedelta(hours=72)
KEEP_KEYS = timedelta(hours=48)
AT_ONCE = 5_000


async def replay_since(outbox: Table, conn: AsyncConnection, role: str, since: datetime) -> int:
    """Mark all that was written since then as unsent, parked rows too; returns how many.

    For when the broker lost its store. Consumers drop what they have applied.
    """
    await conn.execute(text(f'set role "{role}"'))
    result = await conn.execute(
        update(outbox)
        .where(outbox.c.created_at >= since)
        .values(sent_at=None, parked_at=None, attempts=0)
    )
    return result.rowcount


async def tidy(tables: MessageTables, conn: AsyncConnection, role: str, now: datetime) -> int:
    """Drop sent events after 72 hours and idempotency keys after 48; returns how many went.

    At most 5,000 of each a call, so that no statement holds locks for long.
    """
    await conn.execute(text(f'set role "{role}"'))
    outbox, keys = tables.outbox, tables.idempotency
    old = (
        select(outbox.c.id)
        .where(outbox.c.created_at < now - KEEP_SENT, outbox.c.sent_at.is_not(None))
        .limit(AT_ONCE)
    )
    sent = await conn.execute(delete(outbox).where(outbox.c.id.in_(old)))
    expired = await conn.execute(delete(keys).where(keys.c.at < now - KEEP_KEYS))
    return sent.rowcount + expired.rowcount

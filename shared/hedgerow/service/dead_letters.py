"""Looking at events that could not be applied, and applying them once the cause is mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.bus import Delivered
from hedgerow.service.inbox import read
from hedgerow.service.reactions import Reactions
from hedgerow.service.table import Service
from hedgerow.transaction.database import connect, connect_unpooled


async def list_dead(service: Service, conn: AsyncConnection, role: str) -> Sequence[Any]:
    """Open dead letters of all tenants, oldest first, an aggregate's in the order of versions."""
    dead = service.messages.dead_letters
    await conn.execute(text(f'set role "{role}"'))
    rows = await conn.execute(
        select(dead).where(dead.c.replayed_at.is_(None)).order_by(dead.c.id, dead.c.version)
    )
    return rows.all()


async def replay_dead(
    service: Service, database_url: str, aggregate: str, say: Callable[[str], None]
) -> int:
    """Apply open dead letters, each in a transaction of its own; returns how many.

    aggregate  only this one; "" for all

    Stops within an aggregate at the first that still cannot be applied.
    """
    unpooled = connect_unpooled(database_url)
    async with unpooled.connect() as conn:
        letters = await list_dead(service, conn, f"{unpooled.url.username}_relay")
    await unpooled.dispose()
    engine = connect(database_url, pool_size=1)
    reactions = Reactions(service, engine, lambda: None)
    kinds = {event.SUBJECT: event for event in service.reactions}
    failed: set[tuple[Any, str]] = set()
    done = 0
    for letter in sorted(letters, key=lambda each: (each.aggregate, each.version)):
        if aggregate not in ("", letter.aggregate):
            continue
        if (letter.tenant_id, letter.aggregate) in failed:
            continue
        arrival = read(_as_delivered(letter), kinds)
        try:
            if arrival is None or arrival.unreadable:
                raise ValueError("it still cannot be read")
            await reactions.replay(arrival, letter.id)
            done += 1
        except Exception as wrong:  # noqa: BLE001  reported to the operator, who decides
            failed.add((letter.tenant_id, letter.aggregate))
            say(f"{letter.aggregate} v{letter.version} fails again: {wrong!r}")
    await engine.dispose()
    return done


def _as_delivered(letter: Any) -> Delivered:
    headers = {
        "Nats-Msg-Id": str(letter.msg_id),
        "Hedgerow-Aggregate": letter.aggregate,
        "Hedgerow-Version": str(letter.version),
        "Hedgerow-Follows": letter.follows,
        "Traceparent": letter.traceparent,
    }
    return Delivered(letter.subject, letter.body.encode(), headers, 1, None)

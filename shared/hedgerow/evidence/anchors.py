"""Every minute: sign the ends of the chains that grew, keep the anchor, log it, publish it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hedgerow.bus import Bus
from hedgerow.bus.connection import BusDown
from hedgerow.evidence.anchor import FIRST, Anchor, AnchorSigner, Signed
from hedgerow.evidence.merkle import root_of, split
from hedgerow.evidence.tables import EvidenceTables
from hedgerow.transaction.database import is_lost

log = logging.getLogger("hedgerow.evidence")

LOCK = 0x414E4348  # "ANCH": one process of a service anchors at a time
AT_ONCE = 500  # anchors published in one go

_LOCK = text("select pg_try_advisory_xact_lock(:lock)")
# Snapshot and leaves in one statement, so that they speak of the same moment.
_GROWN = text("""
    select now.snapshot::text as snapshot,
           app.anchor_leaves(cast(:from_xact as bigint), now.snapshot) as leaves
    from (select pg_current_snapshot() as snapshot) now
""")


class Anchors:
    """Makes one service's anchors. Many processes may run; one anchors at a time.

    engine, role  the relay's: it may read the hashes of all tenants' chains and nothing of them
    every_s       between two anchors, seconds
    """

    def __init__(
        self,
        owner: str,
        tables: EvidenceTables,
        engine: AsyncEngine,
        role: str,
        signer: AnchorSigner,
        *,
        every_s: float,
    ) -> None:
        self._owner = owner
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")
        self._role = role
        self._signer = signer
        self._every = timedelta(seconds=every_s)
        self._newest_published = 0
        anchors = tables.anchors
        self._last = select(anchors).order_by(anchors.c.number.desc()).limit(1)
        self._add = insert(anchors)
        self._since = (
            select(anchors)
            .where(anchors.c.number > bindparam("number"))
            .order_by(anchors.c.number)
            .limit(AT_ONCE)
        )

    async def run(self, bus: Bus, stopping: asyncio.Event) -> None:
        """Anchor until `stopping`. Outlives lost connections to the database and the broker: what
        could not be published is the next time."""
        while not stopping.is_set():
            try:
                await self.publish(bus)  # also what is left from before
                if await self.anchor(datetime.now(UTC)) is not None:
                    await self.publish(bus)
            except Exception as lost:
                if not is_lost(lost) and not isinstance(lost, BusDown):
                    raise
                log.warning("evidence is not anchored for now", extra={"why": repr(lost)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._every.total_seconds())

    async def anchor(self, at: datetime) -> Signed | None:
        """Make the next anchor. None when nothing grew, or another process has just made one."""
        async with self._engine.begin() as conn:
            await conn.execute(text(f'set local role "{self._role}"'))
            if not await conn.scalar(_LOCK, {"lock": LOCK}):
                return None
            last = (await conn.execute(self._last)).one_or_none()
            if last is not None and at - last.at < self._every * 0.9:
                return None
            signed = await self._grown(conn, last, at)
            if signed is not None:
                await conn.execute(self._add, _row(signed))
        if signed is not None:
            log.info("anchor", extra={"anchor": signed.message().decode()})
        return signed

    async def _grown(self, conn: AsyncConnection, last: Any | None, at: datetime) -> Signed | None:
        """An entry that the last anchor did not see is of a transaction that had not ended then,
        so it is no older than the oldest of those.

        A database that was set back to a backup goes on after what was published: the numbers that
        are missing in it then say so for ever.
        """
        from_xact = 0 if last is None else int(last.snapshot.partition(":")[0])
        grown = (await conn.execute(_GROWN, {"from_xact": from_xact})).one()
        leaves = split(grown.leaves)
        root = root_of(leaves)
        if not leaves or (last is not None and last.root == root):
            return None
        anchor = Anchor(
            owner=self._owner,
            number=1 + max(self._newest_published, 0 if last is None else last.number),
            at=at,
            from_xact=from_xact,
            snapshot=grown.snapshot,
            chains=len(leaves),
            root=root.hex(),
            previous=(FIRST if last is None else Signed.of_row(self._owner, last).hash()).hex(),
        )
        return self._signer.sign(anchor)

    async def publish(self, bus: Bus) -> int:
        """Publish what the stream of anchors does not have yet; how many. Raises BusDown."""
        newest = await bus.newest_anchor(self._owner)
        number = 0 if newest is None else Signed.of_message(newest).anchor.number
        self._newest_published = number
        async with self._engine.connect() as conn:
            await conn.execute(text(f'set local role "{self._role}"'))
            rows = (await conn.execute(self._since, {"number": number})).all()
        for row in rows:
            signed = Signed.of_row(self._owner, row)
            await bus.publish_anchor(self._owner, signed.anchor.number, signed.message())
        return len(rows)


def _row(signed: Signed) -> dict[str, Any]:
    anchor = signed.anchor
    return {
        "number": anchor.number,
        "at": anchor.at,
        "from_xact": anchor.from_xact,
        "snapshot": anchor.snapshot,
        "chains": anchor.chains,
        "root": bytes.fromhex(anchor.root),
        "previous": bytes.fromhex(anchor.previous),
        "signature": signed.signature,
    }

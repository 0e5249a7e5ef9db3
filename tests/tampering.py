"""Ways in which somebody with all rights over a database may change evidence.

The triggers are switched off first, which only the owner of the tables can do.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

from hedgerow.evidence.entry import FIRST, content_of, link
from hedgerow.evidence.merkle import chain_leaf, root_of
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = ("evidence", "evidence_heads", "evidence_anchors")


async def disarm(conn: AsyncConnection) -> None:
    for table in TABLES:
        await conn.execute(text(f"alter table {table} disable trigger all"))


class Tamperer:
    """anchored  the entries that an anchor covers: what is younger is in no promise yet"""

    def __init__(self, conn: AsyncConnection, anchored: list[Any], dice: random.Random) -> None:
        self._conn = conn
        self._entries = anchored
        self._dice = dice

    async def edit(self) -> None:
        """Another text."""
        row = self._one()
        await self._set(row, body=self._other_body(row))

    async def edit_columns(self) -> None:
        """Another actor, where one searches."""
        await self._set(self._one(), actor="somebody else")

    async def backdate(self) -> None:
        row = self._one()
        await self._run("update evidence set at = at - interval '1 day'", row)

    async def delete(self) -> None:
        """An entry out of a chain, with whatever follows moved up to close the gap."""
        row = self._one()
        await self._run("delete from evidence", row)
        if self._dice.random() < 0.5:
            await self._rest("update evidence set seq = seq - 1", row)

    async def cut(self) -> None:
        """The end of a chain, with its head set back."""
        row = self._one()
        await self._rest("delete from evidence", row, inclusive=True)
        await self._reset_head(row.tenant_id, row.stream)

    async def drop(self) -> None:
        """A whole chain."""
        row = self._one()
        for table in ("evidence", "evidence_heads"):
            await self._conn.execute(
                text(f"delete from {table} where tenant_id = :t and stream = :s"),
                {"t": row.tenant_id, "s": row.stream},
            )

    async def swap(self) -> None:
        """Two entries' texts."""
        one, other = self._dice.sample(self._entries, 2)
        await self._set(one, body=other.body, actor=other.actor, at=other.at)
        await self._set(other, body=one.body, actor=one.actor, at=one.at)

    async def recompute(self) -> None:
        """Another text, and the chain from there on linked anew, head and all."""
        row = self._one()
        await self._set(row, body=self._other_body(row))
        await self._relink(row.tenant_id, row.stream)

    async def insert(self) -> None:
        """An entry that never was, at the end of a chain, properly linked."""
        row = self._one()
        await self._conn.execute(
            text("""
                insert into evidence
                select tenant_id, stream, max(seq) + 1, :at, :actor, :body, ''::bytea, ''::bytea,
                       :xact
                from evidence where tenant_id = :t and stream = :s group by 1, 2
            """),
            {
                "at": row.at,
                "actor": row.actor,
                "body": row.body,
                "xact": row.xact,
                "t": row.tenant_id,
                "s": row.stream,
            },
        )
        await self._relink(row.tenant_id, row.stream)

    async def rewrite_anchor(self) -> None:
        """A recomputed chain, and the root that covers it computed anew; only the key is lacking."""
        await self.recompute()
        await self._new_roots()

    async def drop_anchors(self) -> None:
        """A recomputed chain, and every anchor gone."""
        await self.recompute()
        await self._conn.execute(text("delete from evidence_anchors"))

    async def drop_last_anchor(self) -> None:
        await self._conn.execute(
            text("delete from evidence_anchors where number = "
                 "(select max(number) from evidence_anchors)")
        )  # fmt: skip

    async def hide_from_anchor(self) -> None:
        """A recomputed chain that claims to be younger than every anchor."""
        row = self._one()
        await self._rest("update evidence set xact = xact + 1000000", row, inclusive=True)
        await self.recompute()

    def ways(self) -> dict[str, Callable[[], Awaitable[None]]]:
        names = (
            *("edit", "edit_columns", "backdate", "delete", "cut", "drop", "swap", "recompute"),
            *("insert", "rewrite_anchor", "drop_anchors", "drop_last_anchor", "hide_from_anchor"),
        )
        return {name: getattr(self, name) for name in names}

    def _one(self) -> Any:
        return self._dice.choice(self._entries)

    def _other_body(self, row: Any) -> str:
        return str(row.body).replace('"action":"', f'"action":"{self._dice.randrange(10**6)}-')

    async def _set(self, row: Any, **values: Any) -> None:
        names = ", ".join(f"{name} = :{name}" for name in values)
        await self._run(f"update evidence set {names}", row, **values)

    async def _run(self, statement: str, row: Any, **values: Any) -> None:
        where = " where tenant_id = :t and stream = :s and seq = :q"
        which = {"t": row.tenant_id, "s": row.stream, "q": row.seq}
        await self._conn.execute(text(statement + where), {**which, **values})

    async def _rest(self, statement: str, row: Any, *, inclusive: bool = False) -> None:
        sign = ">=" if inclusive else ">"
        await self._conn.execute(
            text(f"{statement} where tenant_id = :t and stream = :s and seq {sign} :q"),
            {"t": row.tenant_id, "s": row.stream, "q": row.seq},
        )

    async def _relink(self, tenant_id: Any, stream: str) -> None:
        rows = await self._chain(tenant_id, stream)
        before = FIRST
        for row in rows:
            now = link(before, row.seq, content_of(tenant_id, stream, row.body))
            await self._run("update evidence set prev = :prev, hash = :hash", row,
                            prev=before, hash=now)  # fmt: skip
            before = now
        await self._reset_head(tenant_id, stream)

    async def _reset_head(self, tenant_id: Any, stream: str) -> None:
        which = {"t": tenant_id, "s": stream}
        rows = await self._chain(tenant_id, stream)
        if not rows:
            statement = "delete from evidence_heads where tenant_id = :t and stream = :s"
            await self._conn.execute(text(statement), which)
            return
        last = rows[-1]
        await self._conn.execute(
            text("update evidence_heads set seq = :q, prev = :prev, hash = :hash "
                 "where tenant_id = :t and stream = :s"),
            {**which, "q": last.seq, "prev": last.prev, "hash": last.hash},
        )  # fmt: skip

    async def _chain(self, tenant_id: Any, stream: str) -> list[Any]:
        found = await self._conn.execute(
            text("select * from evidence where tenant_id = :t and stream = :s order by seq"),
            {"t": tenant_id, "s": stream},
        )
        return list(found.all())

    async def _new_roots(self) -> None:
        anchors = (await self._conn.execute(text("select * from evidence_anchors"))).all()
        for anchor in anchors:
            ends = await self._conn.execute(
                text("""
                    select distinct on (tenant_id, stream) tenant_id, stream, seq, hash
                    from evidence where xact >= :from_xact
                      and pg_visible_in_snapshot(xact::text::xid8, cast(cast(:seen as text) as pg_snapshot))
                    order by tenant_id, stream, seq desc
                """),
                {"from_xact": anchor.from_xact, "seen": anchor.snapshot},
            )
            root = root_of(chain_leaf(r.tenant_id, r.stream, r.seq, r.hash) for r in ends)
            await self._conn.execute(
                text("update evidence_anchors set root = :root where number = :n"),
                {"root": root, "n": anchor.number},
            )

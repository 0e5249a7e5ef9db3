"""Recomputing chains, and the anchors over them, for whoever asks about one aggregate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Text, any_, bindparam, literal, select, text

from hedgerow.auth import Permission
from hedgerow.contracts.evidence import (
    AnchorView,
    EvidenceFault,
    FaultKind,
    StreamVerdict,
    VerifyEvidence,
)
from hedgerow.contracts.fields import counted, one_line
from hedgerow.evidence.anchor import AnchorCheck, Signed
from hedgerow.evidence.chain import Walk, walked
from hedgerow.evidence.listing import MOST_VALUES, TEXT_LENGTH, EvidenceSources
from hedgerow.evidence.merkle import chain_leaf, root_of, split
from hedgerow.evidence.tables import EvidenceTables
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable

Verifier = Callable[[VerifyEvidence, Transaction], Awaitable[tuple[StreamVerdict, ...]]]

# The first anchor that sees each entry of a chain. An anchor is younger than what it covers, and
# clocks of two processes differ by less than an hour.
_COVERED = text("""
    select e.seq, a.number
    from evidence e cross join lateral (
      select number from evidence_anchors
      where at > e.at - interval '1 hour' and e.xact >= from_xact
        and pg_visible_in_snapshot(e.xact::text::xid8, snapshot::pg_snapshot)
      order by number limit 1
    ) a
    where e.tenant_id = :tenant and e.stream = :stream
    order by e.seq
""")
_LEAVES = text("select app.anchor_leaves(:from_xact, cast(cast(:snapshot as text) as pg_snapshot))")


def evidence_verifier(owner: str, tables: EvidenceTables, sources: EvidenceSources) -> Verifier:
    """The handler of the owner's VerifyEvidence query."""

    async def verify_evidence(query: VerifyEvidence, tx: Transaction) -> tuple[StreamVerdict, ...]:
        """One verdict a chain. Raises BadCount, BadText."""
        heads = (await tx.conn.execute(_chains(query, tables, sources, tx))).all()
        return tuple([await _Check(owner, tables, tx).verdict(head) for head in heads])

    return verify_evidence


def _chains(
    query: VerifyEvidence, tables: EvidenceTables, sources: EvidenceSources, tx: Transaction
) -> Select[Any]:
    heads = tables.heads
    counted(query.streams, "streams", least=0, most=MOST_VALUES)
    streams = [
        one_line(each, f"streams.{position}", most=TEXT_LENGTH)
        for position, each in enumerate(query.streams)
    ]
    wanted = heads.c.stream == any_(literal(streams, ARRAY(Text)))
    if query.order_id is not None:
        wanted = wanted | heads.c.stream.in_(sources.of_order(query.order_id))
    may_read = readable(tx.caller, heads.c.plant_id, Permission.EVIDENCE_READ)
    return select(heads).where(wanted, may_read).order_by(heads.c.stream).limit(MOST_VALUES)


class _Check:
    def __init__(self, owner: str, tables: EvidenceTables, tx: Transaction) -> None:
        self._owner = owner
        self._tx = tx
        entries, anchors = tables.entries, tables.anchors
        self._entries = (
            select(entries).where(entries.c.stream == bindparam("stream")).order_by(entries.c.seq)
        )
        self._anchors = (
            select(anchors)
            .where(anchors.c.number == any_(bindparam("numbers", type_=ARRAY(BigInteger))))
            .order_by(anchors.c.number)
        )

    async def verdict(self, head: Any) -> StreamVerdict:
        conn, stream = self._tx.conn, head.stream
        rows = (await conn.execute(self._entries, {"stream": stream})).all()
        walk = walked(self._tx.tenant_id, stream, rows, head)
        which = {"tenant": self._tx.tenant_id, "stream": stream}
        covered = {row.number: row.seq for row in await conn.execute(_COVERED, which)}
        ends = {row.seq: row.hash for row in rows}
        last: AnchorView | None = None
        for signed, after in await self._signed(sorted(covered)):
            seq = covered[signed.anchor.number]
            leaf = chain_leaf(self._tx.tenant_id, stream, seq, ends[seq])
            walk.faults += await self._faults(signed, after, stream, leaf)
            last = signed.view()
        return _verdict(self._owner, walk, stream, max(covered.values(), default=0), last)

    async def _signed(self, numbers: Sequence[int]) -> list[tuple[Signed, Signed | None]]:
        """The anchors of these numbers, each with the one that follows it, if there is one."""
        both = sorted({*numbers, *(number + 1 for number in numbers)})
        rows = await self._tx.conn.execute(self._anchors, {"numbers": both})
        found = {row.number: Signed.of_row(self._owner, row) for row in rows}
        return [(found[number], found.get(number + 1)) for number in numbers if number in found]

    async def _faults(
        self, signed: Signed, after: Signed | None, stream: str, leaf: bytes
    ) -> list[EvidenceFault]:
        anchor = signed.anchor
        joined = await self._tx.conn.scalar(
            _LEAVES, {"from_xact": anchor.from_xact, "snapshot": anchor.snapshot}
        )
        leaves = split(joined)
        faults: list[tuple[FaultKind, str]] = []
        if root_of(leaves).hex() != anchor.root or len(leaves) != anchor.chains:
            faults.append((FaultKind.ANCHOR, "chains that it covers are not as they were"))
        elif leaf not in leaves:
            faults.append((FaultKind.ANCHOR, "it covers another end of this chain"))
        if not AnchorCheck(*self._tx.anchor_keys).is_genuine(signed):
            faults.append((FaultKind.SIGNATURE, "it was not signed with the anchor key"))
        if after is not None and after.anchor.previous != signed.hash().hex():
            faults.append((FaultKind.SIGNATURE, "the next anchor does not link to it"))
        return [
            EvidenceFault(kind=kind, stream=stream, seq=anchor.number, detail=detail)
            for kind, detail in faults
        ]


def _verdict(
    owner: str, walk: Walk, stream: str, anchored: int, anchor: AnchorView | None
) -> StreamVerdict:
    return StreamVerdict(
        owner=owner,
        stream=stream,
        entries=walk.seq,
        anchored=anchored,
        head=walk.head.hex(),
        anchor=anchor,
        faults=tuple(walk.faults),
    )

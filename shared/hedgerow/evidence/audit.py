"""Going over all the evidence of a database, with nothing of it believed.

Reads the tables as they are and computes everything here: chains, what each anchor covers, roots,
signatures. What was published outside the database is compared with what stands in it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.contracts.evidence import EvidenceFault, FaultKind
from hedgerow.evidence.anchor import AnchorCheck, Signed
from hedgerow.evidence.chain import Walk
from hedgerow.evidence.merkle import chain_leaf, root_of
from hedgerow.evidence.tables import evidence_tables

AT_ONCE = 5_000
ALL_ANCHORS = "*"  # in the place of a stream, for what concerns an anchor

_TABLES = evidence_tables(MetaData())
_ENTRIES, _HEADS, _ANCHORS = _TABLES.entries, _TABLES.heads, _TABLES.anchors
_ALL = select(_ENTRIES).order_by(_ENTRIES.c.tenant_id, _ENTRIES.c.stream, _ENTRIES.c.seq)
_ENDS = select(_HEADS)
_SIGNED = select(_ANCHORS).order_by(_ANCHORS.c.number)
_COVERED = select(
    _ENTRIES.c.tenant_id, _ENTRIES.c.stream, _ENTRIES.c.seq, _ENTRIES.c.hash, _ENTRIES.c.xact
).order_by(_ENTRIES.c.tenant_id, _ENTRIES.c.stream, _ENTRIES.c.seq)


@dataclass(slots=True)
class Report:
    """What was gone over, and what is wrong with it. anchored  chains' ends that anchors cover"""

    owner: str
    entries: int = 0
    chains: int = 0
    anchors: int = 0
    published: int = 0
    anchored: int = 0
    faults: list[EvidenceFault] = field(default_factory=list)


class Audit:
    """One database.

    check     tells whether an anchor is genuine
    conn      of a role that sees past row security; all is read in its transaction
    progress  told how many entries and anchors were done since the last time
    """

    def __init__(
        self,
        owner: str,
        conn: AsyncConnection,
        check: AnchorCheck | None,
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._conn = conn
        self._check = check
        self._progress = progress
        self.report = Report(owner)

    async def run(self, published: Sequence[Signed] = (), *, from_anchor: int = 1) -> Report:
        """published    anchors from outside the database, by number
        from_anchor  leave out the anchors before this one, not the chains

        Without `check` anchors are left out, and with them the proof that whole chains were not
        written anew.
        """
        await self._chains()
        if self._check is not None:
            await self._anchors(published, from_anchor)
        return self.report

    async def _chains(self) -> None:
        heads = {(row.tenant_id, row.stream): row for row in await self._conn.execute(_ENDS)}
        walk: Walk | None = None
        key: tuple[Any, str] | None = None
        async for row in self._rows(_ALL):
            if (row.tenant_id, row.stream) != key:
                self._end(walk, heads.pop(key, None) if key else None)
                key = (row.tenant_id, row.stream)
                walk = Walk(*key)
            assert walk is not None
            walk.take(row)
            self.report.entries += 1
            self._progress(1)
        self._end(walk, heads.pop(key, None) if key else None)
        for _, stream in heads:
            self._fault(FaultKind.HEAD, stream, 0, "the chain's entries are gone")

    async def _rows(self, statement: Select[Any]) -> AsyncIterator[Row[Any]]:
        """Through a cursor, so that any number fits into memory."""
        result = await self._conn.stream(statement.execution_options(yield_per=AT_ONCE))
        async for rows in result.partitions():
            for row in rows:
                yield row

    def _end(self, walk: Walk | None, head: Any | None) -> None:
        if walk is not None:
            walk.end(head)
            self.report.chains += 1
            self.report.faults += walk.faults

    async def _anchors(self, published: Sequence[Signed], from_anchor: int) -> None:
        rows = (await self._conn.execute(_SIGNED)).all()
        kept = [Signed.of_row(self.report.owner, row) for row in rows]
        self._compare(kept, published)
        for place, signed in enumerate(kept):
            if signed.anchor.number >= from_anchor:
                self._link(signed, kept[place - 1] if place else None)
                await self._root(signed)
                self.report.anchors += 1
                self._progress(1)

    def _compare(self, kept: Sequence[Signed], published: Sequence[Signed]) -> None:
        """Every published anchor stands in the database as it was published."""
        by_number = {signed.anchor.number: signed for signed in kept}
        for outside in published:
            self.report.published += 1
            number = outside.anchor.number
            if not self._genuine(outside):
                self._anchor_fault(FaultKind.SIGNATURE, number, "the published one is not genuine")
            elif number not in by_number:
                self._anchor_fault(
                    FaultKind.ANCHOR_MISSING, number, "it was published, and is gone"
                )
            elif by_number[number].message() != outside.message():
                self._anchor_fault(FaultKind.ANCHOR, number, "it differs from the published one")

    def _link(self, signed: Signed, before: Signed | None) -> None:
        anchor = signed.anchor
        if not self._genuine(signed):
            self._anchor_fault(
                FaultKind.SIGNATURE, anchor.number, "it was not signed with the anchor key"
            )
        expected = before.anchor.number + 1 if before is not None else 1
        if anchor.number != expected:
            self._anchor_fault(FaultKind.ANCHOR_MISSING, expected, "it is gone")
        elif before is not None and anchor.previous != before.hash().hex():
            self._anchor_fault(
                FaultKind.ANCHOR, anchor.number, "it does not link to the one before"
            )

    async def _root(self, signed: Signed) -> None:
        anchor = signed.anchor
        snapshot = Snapshot.of(anchor.snapshot)
        covered = _COVERED.where(
            _ENTRIES.c.xact >= anchor.from_xact, _ENTRIES.c.xact < snapshot.xmax
        )
        ends: dict[tuple[Any, str], bytes] = {}
        async for row in self._rows(covered):
            if snapshot.sees(row.xact):
                key = (row.tenant_id, row.stream)
                ends[key] = chain_leaf(row.tenant_id, row.stream, row.seq, row.hash)
        self.report.anchored += len(ends)
        if root_of(ends.values()).hex() != anchor.root or len(ends) != anchor.chains:
            self._anchor_fault(
                FaultKind.ANCHOR, anchor.number, "chains that it covers are not as they were"
            )

    def _genuine(self, signed: Signed) -> bool:
        return self._check is not None and self._check.is_genuine(signed)

    def _anchor_fault(self, kind: FaultKind, number: int, detail: str) -> None:
        self._fault(kind, ALL_ANCHORS, number, detail)

    def _fault(self, kind: FaultKind, stream: str, seq: int, detail: str) -> None:
        fault = EvidenceFault(kind=kind, stream=stream, seq=seq, detail=detail)
        self.report.faults.append(fault)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What PostgreSQL writes as xmin:xmax:running,… Source: manual, "pg_snapshot"."""

    xmin: int
    xmax: int
    running: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Snapshot:
        xmin, xmax, running = text.split(":")
        return cls(
            int(xmin), int(xmax), frozenset(int(each) for each in running.split(",") if each)
        )

    def sees(self, xact: int) -> bool:
        return xact < self.xmin or (xact < self.xmax and xact not in self.running)


def logged_anchors(lines: Iterator[str], owner: str) -> Iterator[Signed]:
    """The owner's anchors in a log of its service: lines of JSON, of which only those with an
    `anchor` count. Raises ValueError for one that cannot be read."""
    for line in lines:
        if '"anchor"' not in line:
            continue
        said = json.loads(line).get("anchor")
        if said:
            signed = Signed.of_message(said.encode())
            if signed.anchor.owner == owner:
                yield signed

"""Going over a chain entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from hedgerow.contracts.evidence import EvidenceFault, FaultKind
from hedgerow.evidence.entry import FIRST, content_of, link, read_body


class Walk:
    """One chain from its first entry on: feed it every row in the order of seq, then `end`."""

    def __init__(self, tenant_id: UUID, stream: str) -> None:
        self._tenant_id = tenant_id
        self._stream = stream
        self._hash = FIRST
        self.seq = 0
        self.faults: list[EvidenceFault] = []

    @property
    def head(self) -> bytes:
        """The hash that the last entry should have."""
        return self._hash

    def take(self, row: Any) -> None:
        """row  with seq, at, actor, body, prev and hash"""
        if row.seq != self.seq + 1:
            self._fault(FaultKind.GAP, row.seq, f"entry {self.seq + 1} is followed by {row.seq}")
        elif row.prev != self._hash:
            self._fault(FaultKind.ENTRY, row.seq, "it does not link to the entry before it")
        expected = link(row.prev, row.seq, content_of(self._tenant_id, self._stream, row.body))
        if row.hash != expected:
            self._fault(FaultKind.ENTRY, row.seq, "its text is not the one that was hashed")
        elif not _says(row):
            self._fault(FaultKind.ENTRY, row.seq, "its columns differ from its text")
        self.seq, self._hash = row.seq, row.hash

    def end(self, head: Any | None) -> None:
        """head  the row of `evidence_heads`, None when there is none"""
        if head is None:
            self._fault(FaultKind.HEAD, self.seq, "the chain has no head")
        elif (head.seq, head.hash) != (self.seq, self._hash):
            self._fault(
                FaultKind.HEAD, head.seq, f"the head says {head.seq}, the last entry is {self.seq}"
            )

    def _fault(self, kind: FaultKind, seq: int, detail: str) -> None:
        self.faults.append(EvidenceFault(kind=kind, stream=self._stream, seq=seq, detail=detail))


def walked(tenant_id: UUID, stream: str, rows: Iterable[Any], head: Any | None) -> Walk:
    walk = Walk(tenant_id, stream)
    for row in rows:
        walk.take(row)
    walk.end(head)
    return walk


def _says(row: Any) -> bool:
    """Whether the columns that are searched repeat the text."""
    try:
        body = read_body(row.body)
    except msgspec.MsgspecError:
        return False
    return bool(body.actor == row.actor and body.at == row.at.isoformat())

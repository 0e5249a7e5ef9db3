"""One list of evidence out of the four that the services keep."""

from __future__ import annotations

import base64
import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from hedgerow.contracts.evidence import EvidenceEntry, EvidencePart, EvidencePlace

Key = tuple[datetime, str, str, int]


def place_of(entry: EvidenceEntry) -> EvidencePlace:
    return EvidencePlace(entry.at, entry.owner, entry.stream, entry.seq)


def _key(entry: EvidenceEntry) -> Key:
    return entry.at, entry.owner, entry.stream, entry.seq


def merged(
    parts: Sequence[EvidencePart], size: int, *, backward: bool
) -> tuple[list[EvidenceEntry], bool]:
    """The first `size` entries of all parts together, newest first; with `backward` the last ones.
    And whether the list goes on in that direction.

    Each part holds at least as many of its own, if it has them.
    """
    lists: Iterable[tuple[EvidenceEntry, ...]] = (part.entries for part in parts)
    entries = list(heapq.merge(*lists, key=_key, reverse=True))
    more = any(part.more for part in parts) or len(entries) > size
    return (entries[-size:] if backward else entries[:size]), more


def cursor_of(entry: EvidenceEntry) -> str:
    text = msgspec.json.encode(place_of(entry))
    return base64.urlsafe_b64encode(text).decode()


def place_at(cursor: str) -> EvidencePlace:
    """Raises ValueError unless `cursor` is one of this list."""
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True)
        place = msgspec.json.decode(text, type=EvidencePlace)
    except msgspec.MsgspecError as wrong:
        raise ValueError(str(wrong)) from wrong
    if place.at.tzinfo is None:
        raise ValueError("a time without its offset")
    return place

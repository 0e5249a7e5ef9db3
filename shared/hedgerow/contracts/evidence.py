"""Evidence, which every service keeps of its own aggregates: the shapes of its entries.

Each owner declares its two queries in its own module, as subclasses of the two here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from .message import Query
from .values import Basis, OrderId, PlantId, PresenceVerdict


class PresenceNote(msgspec.Struct, frozen=True, kw_only=True):
    """Where the actor was. lon, lat  WGS-84, degrees; number is that of the attestation"""

    number: str
    act: str
    verdict: PresenceVerdict
    lon: float
    lat: float
    accuracy_m: float
    at: datetime
    confirmed_by: str = ""


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """before  None for what is new. Both as JSON: decimals and times are texts."""

    field: str
    before: Any
    after: Any


class EvidenceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one aggregate; never edited.

    owner       the service that keeps it
    stream      the aggregate, "order:<id>"; seq counts its entries from 1
    plant_id    whose data space the aggregate belongs to now
    actor       who did it; cause is the message that made them do it
    ip, device  of the client behind the request; empty for what a service did by itself
    hash        SHA-256 over the entry and the hash before it, hexadecimal
    """

    owner: str
    stream: str
    seq: int
    plant_id: PlantId | None
    at: datetime
    actor: str
    action: str
    changes: tuple[FieldChange, ...]
    basis: Basis | None
    presence: PresenceNote | None
    cause: str
    ip: str
    device: str
    request_id: str
    trace_id: str
    hash: str


class EvidenceWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold.

    streams   at most 100
    order_id  what this service keeps of the order: the order itself, its decision, its stock …
    customer  code of a customer; sku is the code of an article
    since     inclusive; before is exclusive
    """

    streams: tuple[str, ...] = ()
    order_id: OrderId | None = None
    customer: str | None = None
    sku: str | None = None
    plant_ids: tuple[PlantId, ...] = ()
    actors: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None


class EvidencePlace(msgspec.Struct, frozen=True):
    """The sort key of an entry among those of all services."""

    at: datetime
    owner: str
    stream: str
    seq: int


class EvidenceWindow(msgspec.Struct, frozen=True, kw_only=True):
    """size     entries, 1 to 100
    after    only what comes after this place in the list, which is newest first; before likewise
    backward counted from the end of the list
    total    count the list as well, up to 10 000 of each service
    """

    size: int
    after: EvidencePlace | None = None
    before: EvidencePlace | None = None
    backward: bool = False
    total: bool = False


class EvidencePart(msgspec.Struct, frozen=True, kw_only=True):
    """entries  newest first; more: the list goes on in the direction that was asked for"""

    entries: tuple[EvidenceEntry, ...]
    more: bool
    total: int | None


class FaultKind(StrEnum):
    """What is wrong with a chain, or with an anchor over many."""

    ENTRY = "ENTRY"  # an entry is not what was written
    GAP = "GAP"  # an entry is missing
    HEAD = "HEAD"  # the chain does not end where it should
    ANCHOR = "ANCHOR"  # what an anchor covers has changed since
    SIGNATURE = "SIGNATURE"  # an anchor was not signed with the anchor key
    ANCHOR_MISSING = "ANCHOR_MISSING"  # an anchor that was published is not there


class EvidenceFault(msgspec.Struct, frozen=True, kw_only=True):
    """seq  of the entry, or the number of the anchor for the last three kinds"""

    kind: FaultKind
    stream: str
    seq: int
    detail: str


class AnchorView(msgspec.Struct, frozen=True, kw_only=True):
    """A signed Merkle root (RFC 6962) over all chains that changed since the one before.

    number  from 1, without a gap
    root, signature  hexadecimal
    """

    owner: str
    number: int
    at: datetime
    chains: int
    root: str
    signature: str


class StreamVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """entries  of the chain; anchored is how many of them an anchor covers, the last of which is
    `anchor`. head is the hash of the last entry."""

    owner: str
    stream: str
    entries: int
    anchored: int
    head: str
    anchor: AnchorView | None
    faults: tuple[EvidenceFault, ...]


class ListEvidence(Query[EvidencePart], frozen=True, kw_only=True):
    where: EvidenceWhere = EvidenceWhere()
    window: EvidenceWindow


class VerifyEvidence(Query[tuple[StreamVerdict, ...]], frozen=True, kw_only=True):
    """Recompute the chains of these streams and of the order's, and the anchors over them. What is
    out of the caller's sight is left out."""

    streams: tuple[str, ...] = ()
    order_id: OrderId | None = None

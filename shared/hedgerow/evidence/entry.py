"""An entry's text, and how its hash is made.

    content = SHA-256(tenant " " stream " " body)
    hash    = SHA-256(hash before || number as 8 bytes, big-endian || content)

The hash before the first entry is 32 zero bytes. `app.record` computes the same in the database.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import msgspec

from hedgerow.auth import Presence
from hedgerow.contracts.evidence import EvidenceEntry, FieldChange, PresenceNote
from hedgerow.contracts.values import Basis, PlantId
from hedgerow.transaction import Change, Source, Transaction

FIRST = bytes(32)

_encode = msgspec.json.Encoder(order="sorted").encode


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an entry says. changes  field -> [before, after]; plant is that of the moment"""

    action: str
    actor: str
    at: str
    changes: dict[str, tuple[Any, Any]]
    basis: Basis | None = None
    cause: str = ""
    device: str = ""
    ip: str = ""
    plant: PlantId | None = None
    presence: PresenceNote | None = None
    request: str = ""
    trace: str = ""


_decode = msgspec.json.Decoder(Body).decode


def body_of(change: Change, source: Source, tx: Transaction) -> str:
    """Canonical: keys sorted, nothing left to chance."""
    body = Body(
        action=change.action,
        actor=source.actor,
        at=tx.now.isoformat(),
        changes=dict(change.changes),
        basis=change.basis,
        cause=source.cause,
        device=source.origin.device,
        ip=source.origin.ip,
        plant=change.plant_id,
        presence=_note(source.presence),
        request=source.origin.request_id,
        trace=source.traceparent[3:35],
    )
    return _encode(body).decode()


def read_body(text: str) -> Body:
    """Raises msgspec.MsgspecError for what no entry of ours says."""
    return _decode(text)


def content_of(tenant_id: UUID, stream: str, body: str) -> bytes:
    return hashlib.sha256(f"{tenant_id} {stream} {body}".encode()).digest()


def link(previous: bytes, seq: int, content: bytes) -> bytes:
    return hashlib.sha256(previous + seq.to_bytes(8, "big", signed=True) + content).digest()


def entry_of(owner: str, row: Any) -> EvidenceEntry:
    """From a row with stream, seq, plant_id, at, body and hash."""
    body = read_body(row.body)
    return EvidenceEntry(
        owner=owner,
        stream=row.stream,
        seq=row.seq,
        plant_id=row.plant_id,
        at=row.at,
        actor=body.actor,
        action=body.action,
        changes=tuple(
            FieldChange(field=name, before=before, after=after)
            for name, (before, after) in body.changes.items()
        ),
        basis=body.basis,
        presence=body.presence,
        cause=body.cause,
        ip=body.ip,
        device=body.device,
        request_id=body.request,
        trace_id=body.trace,
        hash=row.hash.hex(),
    )


def _note(presence: Presence | None) -> PresenceNote | None:
    if presence is None:
        return None
    return PresenceNote(
        number=presence.number,
        act=presence.act,
        verdict=presence.verdict,
        lon=presence.lon,
        lat=presence.lat,
        accuracy_m=presence.accuracy_m,
        at=presence.at,
        confirmed_by=presence.confirmed_by,
    )

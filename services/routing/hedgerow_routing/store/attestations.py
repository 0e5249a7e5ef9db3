"""Attested positions <-> rows of `presence_attestations`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.presence import AttestationView, PositionFix, PresenceAct
from hedgerow.contracts.values import (
    AttestationId,
    Basis,
    Datum,
    GeoPoint,
    LonLat,
    PlantId,
    PresenceVerdict,
)
from hedgerow.transaction import Transaction
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.attestation import NonceReplayed

from .presence_tables import attestation_numbers
from .presence_tables import presence_attestations as attestations
from .refusals import IdTaken

_ADD = insert(attestations).on_conflict_do_nothing().returning(attestations.c.attestation_id)
_BY_ID = select(attestations.c.number).where(attestations.c.attestation_id == bindparam("id"))
_BY_NUMBER = (
    select(attestations).where(attestations.c.number == bindparam("number")).with_for_update()
)
_CONFIRM = (
    update(attestations)
    .where(attestations.c.number == bindparam("of_number"))
    .values(
        confirmation=bindparam("why"),
        confirmed_by=bindparam("by_whom"),
        confirmed_at=bindparam("when"),
    )
)
_USE = (
    update(attestations)
    .where(attestations.c.number == bindparam("of_number"))
    .values(used_at=bindparam("when"))
)


class AttestationStore:
    """The evidence of each is a chain of its own, `attestation:<number>`; no event tells of it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def number(self) -> str:
        [number] = await attestation_numbers.give(self._tx, 1)
        return number

    async def find(self, number: str) -> AttestationView | None:
        """Locked until the end of the transaction: it is confirmed once, and used once. None when
        it is absent or out of the caller's sight."""
        row = (await self._conn.execute(_BY_NUMBER, {"number": number})).one_or_none()
        return None if row is None else attestation_of(row)

    async def add(self, grant: PlantGrant, made: AttestationView) -> None:
        """Raises NonceReplayed or IdTaken."""
        grant.must_carry(Permission.PLANT_READ, at=made.plant_id)
        told = _told(made)
        row = told | {
            "tenant_id": self._tx.tenant_id,
            "attestation_id": made.attestation_id,
            "number": made.number,
            "plant_id": made.plant_id,
            "attested_at": made.attested_at,
            "confirmed_at": made.confirmed_at,
        }
        if await self._conn.scalar(_ADD, row) is None:
            if await self._conn.scalar(_BY_ID, {"id": made.attestation_id}) is not None:
                raise IdTaken("attestation_id")
            raise NonceReplayed
        self._record(made, "attested", {name: (None, value) for name, value in told.items()})

    async def confirm(self, grant: PlantGrant, vouched: AttestationView, basis: Basis) -> None:
        grant.must_carry(Permission.PRESENCE_CONFIRM, at=vouched.plant_id)
        changed = {
            "of_number": vouched.number,
            "why": msgspec.to_builtins(basis),
            "by_whom": vouched.confirmed_by,
            "when": vouched.confirmed_at,
        }
        await self._conn.execute(_CONFIRM, changed)
        self._record(vouched, "confirmed", {"confirmed_by": (None, vouched.confirmed_by)}, basis)

    async def use(self, grant: PlantGrant, earlier: AttestationView, *, at: datetime) -> None:
        """Its confirmation is good no more."""
        grant.must_carry(Permission.PLANT_READ, at=earlier.plant_id)
        await self._conn.execute(_USE, {"of_number": earlier.number, "when": at})
        self._record(earlier, "used", {"used_at": (None, at)})

    def _record(
        self,
        attestation: AttestationView,
        action: str,
        changes: Mapping[str, tuple[Any, Any]],
        basis: Basis | None = None,
    ) -> None:
        self._tx.record(
            f"attestation:{attestation.number}",
            action,
            changes,
            plant_id=attestation.plant_id,
            basis=basis,
        )


def _told(made: AttestationView) -> dict[str, Any]:
    fix = made.fix
    return {
        "subject": made.subject,
        "act": made.act,
        "verdict": made.verdict,
        "lon": fix.point.lon,
        "lat": fix.point.lat,
        "datum": fix.point.datum,
        "wgs84_lon": made.wgs84.lon,
        "wgs84_lat": made.wgs84.lat,
        "accuracy_m": fix.accuracy_m,
        "fixed_at": fix.at,
        "nonce": fix.nonce,
        "distance_m": made.distance_m,
        "confirmed_by": made.confirmed_by,
    }


def attestation_of(row: Row[Any]) -> AttestationView:
    return AttestationView(
        attestation_id=AttestationId(row.attestation_id),
        number=row.number,
        plant_id=PlantId(row.plant_id),
        subject=row.subject,
        act=PresenceAct(row.act),
        verdict=PresenceVerdict(row.verdict),
        fix=PositionFix(
            point=GeoPoint(row.lon, row.lat, Datum(row.datum)),
            accuracy_m=row.accuracy_m,
            at=row.fixed_at,
            nonce=row.nonce,
        ),
        wgs84=LonLat(row.wgs84_lon, row.wgs84_lat),
        distance_m=row.distance_m,
        attested_at=row.attested_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        used_at=row.used_at,
    )

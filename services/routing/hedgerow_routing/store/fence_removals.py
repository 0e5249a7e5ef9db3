"""Fences that nothing takes the place of: the last rows of their kind and name."""

from __future__ import annotations

from datetime import datetime

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.releases import FenceRemoval
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, select, update

from hedgerow_routing.domain.edition import Edition
from hedgerow_routing.domain.validity import Revision, withdraw

from .fence_periods import PeriodStore
from .fence_rows import TOLD, drawing_in
from .fences import SAME_FENCE
from .refusals import NothingToRemove
from .tables import fences

_LAST = select(fences.c.version, fences.c.active_from).where(
    *SAME_FENCE, fences.c.active_to.is_(None)
)
_REMOVE = (
    update(fences)
    .where(*SAME_FENCE, fences.c.active_to.is_(None))
    .values(
        active_to=bindparam("until"),
        release_to=bindparam("by_release"),
        removed_version=bindparam("by_version"),
    )
    .returning(fences)
)


class FenceRemovalStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._periods = PeriodStore(tx)

    async def is_valid(self, removal: FenceRemoval, at: datetime) -> bool:
        """Then or later, as is known now."""
        return bool((await self._revision(removal, at)).ended)

    async def remove(
        self, grant: PlantGrant, removal: FenceRemoval, *, at: datetime, release: int
    ) -> Edition:
        """It is valid until now, and was planned for nothing; no version follows. The edition that
        the removal is, from when on. Raises NothingToRemove.

        release  its number
        """
        grant.must_carry(Permission.FENCE_PUBLISH, at=removal.plant_id)
        same = {
            "of_plant": removal.plant_id,
            "of_kind": removal.kind,
            "of_name": removal.name,
        }
        last = (await self._conn.execute(_LAST, same)).one_or_none()
        if last is None:
            raise NothingToRemove("name")
        edition = Edition.after(Edition(last.version, last.active_from), at)
        revision = await self._revision(removal, edition.active_from)
        if not revision.ended:
            raise NothingToRemove("name")
        closing = {
            **same,
            "until": edition.active_from,
            "by_release": release,
            "by_version": edition.version,
        }
        before = (await self._conn.execute(_REMOVE, closing)).one()
        await self._periods.end(grant, removal.plant_id, revision, edition.active_from)
        self._tx.record(
            removal.aggregate,
            "removed",
            {told: (getattr(before, told), None) for told in TOLD}
            | {"drawing": (drawing_in(before), None)},
            plant_id=removal.plant_id,
        )
        return edition

    async def _revision(self, removal: FenceRemoval, at: datetime) -> Revision:
        known = await self._periods.known(removal.plant_id, removal.kind, removal.name)
        return withdraw(known, at)

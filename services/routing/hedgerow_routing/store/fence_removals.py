"""Fences that nothing takes the place of: the last rows of their kind and name."""

from __future__ import annotations

from datetime import datetime

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.releases import FenceRemoval
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, func, select, update

from hedgerow_routing.domain.edition import Edition

from .fences import SAME_FENCE, TOLD, drawing_of
from .refusals import NothingToRemove
from .tables import fences

_IN_FORCE = select(fences.c.fence_id).where(*SAME_FENCE, fences.c.active_to.is_(None))
_REMOVE = (
    update(fences)
    .where(*SAME_FENCE, fences.c.active_to.is_(None))
    .values(
        active_to=func.greatest(fences.c.active_from, bindparam("until")),
        release_to=bindparam("by_release"),
        removed_version=fences.c.version + 1,
    )
    .returning(fences)
)


class FenceRemovalStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def is_in_force(self, removal: FenceRemoval) -> bool:
        same = {
            "of_plant": removal.plant_id,
            "of_kind": removal.kind,
            "of_name": removal.name,
        }
        return await self._conn.scalar(_IN_FORCE, same) is not None

    async def remove(
        self, grant: PlantGrant, removal: FenceRemoval, *, at: datetime, release: int
    ) -> Edition:
        """Close the version in force; none follows. The edition that the removal is, from when on.
        Raises NothingToRemove.

        release  its number
        """
        grant.must_carry(Permission.FENCE_PUBLISH, at=removal.plant_id)
        closing = {
            "of_plant": removal.plant_id,
            "of_kind": removal.kind,
            "of_name": removal.name,
            "until": at,
            "by_release": release,
        }
        before = (await self._conn.execute(_REMOVE, closing)).one_or_none()
        if before is None:
            raise NothingToRemove
        self._tx.record(
            removal.aggregate,
            "removed",
            {told: (getattr(before, told), None) for told in TOLD}
            | {"drawing": (drawing_of(before), None)},
            plant_id=removal.plant_id,
        )
        return Edition(before.removed_version, before.active_to)

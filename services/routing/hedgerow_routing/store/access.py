"""How new each user's rights are, and whose rights a change of the map of plants concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hedgerow.auth import TENANT_ROLES, Grant, Permission
from hedgerow.contracts.access import MembershipView, Scope
from hedgerow.contracts.values import AreaId, PlantId, TenantId
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    select,
)

from hedgerow_routing.domain.membership import Placed

from .access_tables import memberships
from .tables import access

LOCK_SPACE = 0x416363  # "Acc"

_LOCK = select(
    func.pg_advisory_xact_lock(
        bindparam("space", type_=Integer), func.hashtext(bindparam("tenant", type_=Text))
    )
)
_PLACED = select(
    func.routing.placed().table_valued(column("plant_id", Uuid), column("area_id", Uuid))
)
_RAISE = BulkInsert(
    access.versions, "tenant_id", "subject", "version", "at", same=("tenant_id", "at")
).upserting(
    key=("tenant_id", "subject"), set=("at",), add=("version",), returning=("subject", "version")
)
_VERSIONS = select(access.versions.c.subject, access.versions.c.version).where(
    access.versions.c.subject == any_(bindparam("subjects", type_=ARRAY(Text)))
)
_ACTIVE = select(memberships.c.subject).distinct().where(memberships.c.revoked_at.is_(None))
_EVERYWHERE = _ACTIVE.where(
    memberships.c.scope == Scope.TENANT, memberships.c.role.not_in(sorted(TENANT_ROLES))
)
_IN_AREAS = _ACTIVE.where(memberships.c.area_id == any_(bindparam("areas", type_=ARRAY(Uuid))))

_CHANGING = (Permission.ROLE_GRANT, Permission.AREA_SET, Permission.PLANT_CREATE)


def aggregate_of(tenant_id: TenantId, subject: str) -> str:
    return f"access:{tenant_id}:{subject}"


class AccessStore:
    """Who may do what changes one transaction after the other in a tenant: each first takes the
    tenant's lock. So nobody's rights are read between a grant for an area and a plant that moves
    into it, and no version is lost."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def lock(self) -> None:
        """Wait for the tenant's other changes of access; until the end of the transaction."""
        await self._conn.execute(_LOCK, {"space": LOCK_SPACE, "tenant": str(self._tx.tenant_id)})

    async def placed(self) -> Placed:
        """Every plant of the tenant, also those the caller may not see."""
        rows = await self._conn.execute(_PLACED)
        return {
            PlantId(plant_id): None if area_id is None else AreaId(area_id)
            for plant_id, area_id in rows
        }

    async def subjects_everywhere(self) -> list[str]:
        """Users with a role at every plant there is."""
        return sorted(await self._conn.scalars(_EVERYWHERE))

    async def subjects_in(self, areas: Iterable[AreaId]) -> list[str]:
        """Users with a role at every plant of one of these areas."""
        return sorted(await self._conn.scalars(_IN_AREAS, {"areas": list(areas)}))

    async def versions(self, subjects: Sequence[str]) -> dict[str, int]:
        """Of those who have one."""
        rows = await self._conn.execute(_VERSIONS, {"subjects": list(subjects)})
        return {subject: version for subject, version in rows}

    async def raise_versions(
        self,
        grants: Mapping[PlantId | None, Grant],
        changes: Mapping[str, Sequence[MembershipView | None]],
    ) -> dict[str, int]:
        """One up for each change of each subject; the last version of each. A change without a
        membership is one of where plants are, and leaves evidence here.

        grants  of the change itself, by the plant each is for; None: the whole tenant
        """
        for plant_id, grant in grants.items():
            if plant_id is None:
                grant.must_carry_everywhere(*_CHANGING)
            else:
                grant.must_carry(*_CHANGING, at=plant_id)
        raised = await _RAISE(
            self._conn,
            [
                {
                    "tenant_id": self._tx.tenant_id,
                    "subject": subject,
                    "version": len(changes[subject]),
                    "at": self._tx.now,
                }
                for subject in sorted(changes)
            ],
        )
        last = {} if raised is None else {row.subject: row.version for row in raised}
        for subject, version in sorted(last.items()):
            if None in changes[subject]:
                self._tx.record(
                    aggregate_of(self._tx.tenant_id, subject),
                    "reach_changed",
                    {"version": (version - 1, version)},
                    plant_id=None,
                )
        return last

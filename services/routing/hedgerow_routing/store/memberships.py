"""Memberships <-> rows of `memberships`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from hedgerow.auth import Grant, Permission
from hedgerow.contracts.access import MembershipView, Scope
from hedgerow.contracts.values import AreaId, Basis, MembershipId, PlantId
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select, update

from hedgerow_routing.domain.membership import MembershipEnded

from .access import aggregate_of
from .access_tables import memberships
from .refusals import IdTaken

_ADD = BulkInsert(
    memberships,
    *("tenant_id", "membership_id", "subject", "role", "scope", "plant_id", "area_id"),
    *("basis", "granted_by", "granted_at"),
    same=("tenant_id", "basis", "granted_by", "granted_at"),
    ignore_conflicts=True,
    returning=("membership_id",),
)
_BY_IDS = select(memberships).where(
    memberships.c.membership_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)
_REVOKE = (
    update(memberships)
    .where(
        memberships.c.membership_id == bindparam("of_membership"),
        memberships.c.revoked_at.is_(None),
    )
    .values(
        revocation=bindparam("why"), revoked_by=bindparam("by_whom"), revoked_at=bindparam("when")
    )
    .returning(memberships.c.membership_id)
)


class AlreadyGranted(Conflict):
    code = "ROLE_ALREADY_GRANTED"

    def __init__(self, field: str) -> None:
        super().__init__("The user has this role there already.", "该用户已拥有此角色", field=field)


class MembershipStore:
    """grants  by the plant each is for; None: the whole tenant"""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def add(
        self,
        grants: Mapping[PlantId | None, Grant],
        given: Sequence[MembershipView],
        within: Sequence[str] = ("",),
    ) -> None:
        """Given together, on one basis. One statement, however many; all or none.

        within  what stands before the field names of each
        Raises AlreadyGranted or IdTaken.
        """
        for each in given:
            _check(grants, each)
        rows = [
            {"tenant_id": self._tx.tenant_id} | {name: getattr(each, name) for name in _GIVEN}
            for each in given
        ]
        stored = await _ADD(self._conn, rows)
        kept = set() if stored is None else set(stored.scalars())
        await self._explain_missing(given, kept, within)
        for each in given:
            self._record(each, "granted", {name: (None, getattr(each, name)) for name in _TOLD})

    async def _explain_missing(
        self, given: Sequence[MembershipView], kept: Collection[Any], within: Sequence[str]
    ) -> None:
        missing = [n for n, each in enumerate(given) if each.membership_id not in kept]
        if not missing:
            return
        first = given[missing[0]].membership_id
        known = (await self._conn.execute(_BY_IDS, {"ids": [first]})).first()
        if known is not None:
            raise IdTaken(f"{within[missing[0]]}membership_id")
        raise AlreadyGranted(f"{within[missing[0]]}role")

    async def require(self, membership_id: MembershipId) -> MembershipView:
        """Raises PlantForbidden for one that is absent or out of the caller's sight."""
        row = (await self._conn.execute(_BY_IDS, {"ids": [membership_id]})).one_or_none()
        if row is None:
            raise PlantForbidden(field="membership_id", detail=f"no membership {membership_id}")
        return membership_of(row)

    async def revoke(self, grants: Mapping[PlantId | None, Grant], ended: MembershipView) -> None:
        """Raises MembershipEnded."""
        _check(grants, ended)
        changed = {
            "of_membership": ended.membership_id,
            "why": msgspec.to_builtins(ended.revocation),
            "by_whom": ended.revoked_by,
            "when": ended.revoked_at,
        }
        if await self._conn.scalar(_REVOKE, changed) is None:
            raise MembershipEnded
        told: dict[str, tuple[Any, Any]] = {
            name: (getattr(ended, name), None) for name in _TOLD if name != "membership_id"
        }
        self._record(ended, "revoked", {"membership_id": (ended.membership_id, None)} | told)

    def _record(
        self, each: MembershipView, action: str, changes: Mapping[str, tuple[Any, Any]]
    ) -> None:
        """A user's rights are nobody's plant data: they may be rights at several."""
        self._tx.record(
            aggregate_of(self._tx.tenant_id, each.subject),
            action,
            changes,
            plant_id=None,
            basis=each.basis if each.revocation is None else each.revocation,
        )


_TOLD = ("membership_id", "role", "scope", "plant_id", "area_id")
_GIVEN = (*_TOLD, "subject", "basis", "granted_by", "granted_at")


def _check(grants: Mapping[PlantId | None, Grant], membership: MembershipView) -> None:
    """Every plant it reaches has its grant; without one plant, the whole tenant has."""
    if membership.scope is Scope.PLANT:
        grants[membership.plant_id].must_carry(Permission.ROLE_GRANT, at=membership.plant_id)
    if membership.scope is Scope.TENANT:
        grants[None].must_carry_everywhere(Permission.ROLE_GRANT)
    for plant_id, grant in grants.items():
        if plant_id is None:
            grant.must_carry_everywhere(Permission.ROLE_GRANT)
        else:
            grant.must_carry(Permission.ROLE_GRANT, at=plant_id)


def membership_of(row: Row[Any]) -> MembershipView:
    return MembershipView(
        membership_id=MembershipId(row.membership_id),
        subject=row.subject,
        role=row.role,
        scope=Scope(row.scope),
        plant_id=None if row.plant_id is None else PlantId(row.plant_id),
        area_id=None if row.area_id is None else AreaId(row.area_id),
        basis=msgspec.convert(row.basis, Basis),
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        revocation=None if row.revocation is None else msgspec.convert(row.revocation, Basis),
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
    )

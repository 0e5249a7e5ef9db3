"""What users' tokens brought last <-> rows of `claimed_roles`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.access import ClaimedRole
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from .access import aggregate_of
from .access_tables import claimed_roles

_LAST = (
    select(claimed_roles.c.roles)
    .where(claimed_roles.c.subject == bindparam("subject"))
    .with_for_update()
)
_keep = insert(claimed_roles)
_KEEP = _keep.on_conflict_do_update(
    index_elements=["tenant_id", "subject"],
    set_={"roles": _keep.excluded.roles, "at": _keep.excluded.at},
)


class ClaimStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def keep(self, grant: TenantGrant, subject: str, roles: Sequence[ClaimedRole]) -> bool:
        """Instead of what was kept before; False when that was the same. Only a difference leaves
        evidence."""
        grant.must_carry_everywhere(Permission.ROLE_GRANT)
        now = msgspec.to_builtins(tuple(roles))
        before = await self._conn.scalar(_LAST, {"subject": subject})
        row = {
            "tenant_id": self._tx.tenant_id,
            "subject": subject,
            "roles": list(now),
            "at": self._tx.now,
        }
        await self._conn.execute(_KEEP, row)
        if before == list(now):
            return False
        self._tx.record(
            aggregate_of(self._tx.tenant_id, subject),
            "claims_observed",
            {"claimed_roles": (before, list(now))},
            plant_id=None,
        )
        return True

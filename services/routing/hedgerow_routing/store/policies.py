"""Presence policies <-> rows of `presence_policy_versions`."""

from __future__ import annotations

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.presence import PresencePolicyView
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.edition import Edition

from .presence_tables import presence_policy_versions as versions
from .refusals import ChangedMeanwhile

_LAST = (
    select(versions.c.version, versions.c.active_from)
    .where(versions.c.plant_id == bindparam("of_plant"))
    .order_by(versions.c.version.desc())
    .limit(1)
)
_CLOSE = (
    update(versions)
    .where(versions.c.plant_id == bindparam("of_plant"), versions.c.active_to.is_(None))
    .values(active_to=bindparam("until"))
    .returning(versions.c.version, versions.c.acts)
)
_OPEN = insert(versions).on_conflict_do_nothing().returning(versions.c.version)


class PolicyStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def last(self, grant: PlantGrant) -> Edition | None:
        found = (await self._conn.execute(_LAST, {"of_plant": grant.plant_id})).first()
        return None if found is None else Edition(found.version, found.active_from)

    async def publish(self, grant: PlantGrant, policy: PresencePolicyView) -> None:
        """Close the version in force and open this one. Raises ChangedMeanwhile."""
        grant.must_carry(Permission.PRESENCE_SET, at=policy.plant_id)
        closing = {"of_plant": policy.plant_id, "until": policy.active_from}
        before = (await self._conn.execute(_CLOSE, closing)).one_or_none()
        row = {
            "tenant_id": self._tx.tenant_id,
            "plant_id": policy.plant_id,
            "version": policy.version,
            "acts": [str(act) for act in policy.acts],
            "published_by": self._tx.source().actor,
            "active_from": policy.active_from,
        }
        if await self._conn.scalar(_OPEN, row) is None:
            raise ChangedMeanwhile
        self._tx.record(
            f"presence_policy:{policy.plant_id}",
            "published",
            {
                "version": (before.version if before else None, policy.version),
                "acts": (before.acts if before else None, policy.acts),
            },
            plant_id=policy.plant_id,
        )

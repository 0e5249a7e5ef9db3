"""Presence policies in force."""

from __future__ import annotations

from typing import Any

from hedgerow.contracts.presence import PresenceAct, PresencePolicies, PresencePolicyView
from hedgerow.contracts.values import PlantId
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from hedgerow_routing.domain.policy import nothing_published
from hedgerow_routing.store.presence_tables import presence_policy_versions as versions
from hedgerow_routing.store.tables import plants

# Row security leaves the caller's plants.
_IN_FORCE = (
    select(plants.c.plant_id, versions.c.version, versions.c.acts, versions.c.active_from)
    .outerjoin(
        versions,
        (versions.c.tenant_id == plants.c.tenant_id)
        & (versions.c.plant_id == plants.c.plant_id)
        & versions.c.active_to.is_(None),
    )
    .where(plants.c.plant_id == any_(bindparam("plants", type_=ARRAY(Uuid))))
)


@answers_along("plant_ids")
async def presence_policies(
    query: PresencePolicies, tx: Transaction
) -> tuple[PresencePolicyView | None, ...]:
    rows = await tx.conn.execute(_IN_FORCE, {"plants": list(query.plant_ids)})
    found = {row.plant_id: _policy(row) for row in rows}
    return tuple(found.get(plant_id) for plant_id in query.plant_ids)


def _policy(row: Any) -> PresencePolicyView:
    plant_id = PlantId(row.plant_id)
    if row.version is None:
        return nothing_published(plant_id)
    return PresencePolicyView(
        plant_id=plant_id,
        version=row.version,
        acts=tuple(PresenceAct(act) for act in row.acts),
        active_from=row.active_from,
    )

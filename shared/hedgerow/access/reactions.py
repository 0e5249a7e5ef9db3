"""Reactions that every service has to what routing announces of people."""

from __future__ import annotations

from sqlalchemy import ARRAY, MetaData, Text, bindparam
from sqlalchemy.dialects.postgresql import insert

from hedgerow.access.tables import access_tables
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.presence import PresencePolicyPublished
from hedgerow.transaction import Transaction

_TABLES = access_tables(MetaData())
_VERSIONS, _PRESENCE = _TABLES.versions, _TABLES.presence
_add_version = insert(_VERSIONS)
_KEEP_VERSION = _add_version.on_conflict_do_update(
    index_elements=["tenant_id", "subject"],
    set_={"version": _add_version.excluded.version, "at": _add_version.excluded.at},
    where=_VERSIONS.c.version < _add_version.excluded.version,
)
_add_policy = insert(_PRESENCE).values(acts=bindparam("acts", type_=ARRAY(Text)))
_KEEP_POLICY = _add_policy.on_conflict_do_update(
    index_elements=["tenant_id", "plant_id"],
    set_={"version": _add_policy.excluded.version, "acts": _add_policy.excluded.acts},
    where=_PRESENCE.c.version < _add_policy.excluded.version,
)


async def on_access_changed(event: AccessChanged, tx: Transaction) -> None:
    """From this commit on, rights of an older version are turned away here."""
    await tx.conn.execute(
        _KEEP_VERSION,
        {
            "tenant_id": tx.tenant_id,
            "subject": event.subject,
            "version": event.version,
            "at": tx.now,
        },
    )


async def on_presence_policy_published(event: PresencePolicyPublished, tx: Transaction) -> None:
    """Keep which acts need presence at the plant."""
    policy = event.policy
    await tx.conn.execute(
        _KEEP_POLICY,
        {
            "tenant_id": tx.tenant_id,
            "plant_id": policy.plant_id,
            "version": policy.version,
            "acts": [str(act) for act in policy.acts],
        },
    )

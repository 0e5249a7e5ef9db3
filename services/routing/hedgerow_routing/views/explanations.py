"""Why somebody may do what at a plant, or what they lack."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.access import AccessExplanation, AccessLink, ExplainAccess
from hedgerow.transaction import Transaction
from sqlalchemy import ColumnElement, DateTime, Select, Text, Uuid, bindparam, column, func, select

from hedgerow_routing.domain.explanation import explain, permissions_of
from hedgerow_routing.domain.fields import subject
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.access_tables import memberships
from hedgerow_routing.store.memberships import membership_of
from hedgerow_routing.store.plants import PlantStore

_SUBJECT = bindparam("subject", type_=Text)
_OLDEST_FIRST: tuple[ColumnElement[Any], ...] = (column("granted_at"), column("membership_id"))
# Row security leaves those of the caller's plants; people see all of their own.
_SEEN = select(memberships).where(memberships.c.subject == _SUBJECT).order_by(*_OLDEST_FIRST)
_OWN = select(
    func.routing.memberships_of(_SUBJECT).table_valued(
        *(column(each.name, each.type) for each in memberships.c), name="memberships"
    )
).order_by(*_OLDEST_FIRST)
_CLAIMS = select(
    func.routing.claims_at(_SUBJECT, bindparam("plant_id", type_=Uuid)).table_valued(
        column("role", Text), column("plant_id", Uuid), column("at", DateTime(timezone=True))
    )
)


async def explain_access(query: ExplainAccess, tx: Transaction) -> AccessExplanation:
    """Those who may read who has access at the plant are told about everybody, and everybody
    about themselves. Raises PlantForbidden, NotPermitted."""
    about = subject(query.subject, "subject")
    own = about == tx.caller.subject
    await _check_plant(query, tx, own)
    access = AccessStore(tx)
    held: Select[Any] = _OWN if own else _SEEN
    rows = await tx.conn.execute(held, {"subject": about})
    found = [membership_of(row) for row in rows]
    claims = await tx.conn.execute(_CLAIMS, {"subject": about, "plant_id": query.plant_id})
    return explain(
        about,
        query.plant_id,
        (await access.versions([about])).get(about, 0),
        found,
        [
            AccessLink(
                role=claim.role,
                membership=None,
                claimed_at=claim.at,
                permissions=permissions_of(claim.role),
            )
            for claim in claims
        ],
        await access.placed(),
    )


async def _check_plant(query: ExplainAccess, tx: Transaction, own: bool) -> None:
    caller, plant_id = tx.caller, query.plant_id
    if plant_id is None:
        if not own:
            caller.grant_tenant(Permission.ACCESS_READ)
        return
    if not own:
        caller.grant(plant_id, Permission.ACCESS_READ, field="plant_id")
    if caller.holds(Permission.PLANT_READ, plant_id):
        await PlantStore(tx).load(plant_id)

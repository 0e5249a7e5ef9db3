"""Memberships, and what those of a user come to."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.access import (
    AccessBySubjects,
    AccessView,
    ListMemberships,
    MembershipPage,
    MembershipWhere,
)
from hedgerow.contracts.fields import counted
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from hedgerow.transaction.windows import windowed
from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, select

from hedgerow_routing.domain.fields import subject
from hedgerow_routing.domain.membership import resolve, role_named
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.access_tables import memberships
from hedgerow_routing.store.memberships import membership_of
from hedgerow_routing.store.refusals import grant_to_service

MOST_SUBJECTS = 1000

_ACTIVE = (
    select(memberships)
    .where(
        memberships.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))),
        memberships.c.revoked_at.is_(None),
    )
    .order_by(memberships.c.granted_at, memberships.c.membership_id)
)


@answers_along("subjects")
async def access_by_subjects(query: AccessBySubjects, tx: Transaction) -> tuple[AccessView, ...]:
    """The version is read before what it stands for: at worst it is older than the answer, and
    then the next change is told once more."""
    grant_to_service(tx.caller, Permission.ACCESS_READ)
    counted(query.subjects, "subjects", least=0, most=MOST_SUBJECTS)
    wanted = [subject(each, f"subjects.{n}") for n, each in enumerate(query.subjects)]
    access = AccessStore(tx)
    versions = await access.versions(wanted)
    found = [membership_of(r) for r in await tx.conn.execute(_ACTIVE, {"subjects": wanted})]
    placed = await access.placed()
    return tuple(
        resolve(
            each,
            versions.get(each, 0),
            [membership for membership in found if membership.subject == each],
            placed,
        )
        for each in wanted
    )


async def list_memberships(query: ListMemberships, tx: Transaction) -> MembershipPage:
    tx.caller.grant_somewhere(Permission.ACCESS_READ)
    part = await windowed(
        tx.conn,
        select(memberships).where(*_conditions(query.where, tx.caller)),
        query.page,
        by=(memberships.c.granted_at, memberships.c.membership_id),
        descending=True,
    )
    return MembershipPage(
        memberships=tuple(membership_of(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _conditions(where: MembershipWhere, caller: Caller) -> list[ColumnElement[bool]]:
    column: Any = memberships.c
    conditions = [readable(caller, column.plant_id, Permission.ACCESS_READ)]
    if where.subject is not None:
        conditions.append(column.subject == subject(where.subject, "where.subject"))
    if where.plant_id is not None:
        conditions.append(column.plant_id == where.plant_id)
    if where.role is not None:
        conditions.append(column.role == role_named(where.role, "where.role"))
    if where.active is not None:
        active = column.revoked_at.is_(None)
        conditions.append(active if where.active else ~active)
    return conditions

"""Cases of refused access, by the number that the refused were told."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.access import AccessCaseByNumber, AccessCaseView
from hedgerow.contracts.fields import one_line
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from sqlalchemy import select

from hedgerow_routing.store.access_tables import access_cases
from hedgerow_routing.store.cases import case_of


async def access_case_by_number(
    query: AccessCaseByNumber, tx: Transaction
) -> AccessCaseView | None:
    found = await tx.conn.execute(
        select(access_cases).where(
            access_cases.c.number == one_line(query.number, "number", most=64),
            readable(tx.caller, access_cases.c.plant_id, Permission.ACCESS_READ),
        )
    )
    row = found.one_or_none()
    return None if row is None else case_of(row)

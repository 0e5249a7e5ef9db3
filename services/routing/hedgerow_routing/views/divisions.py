"""Divisions that fences may be drawn by."""

from __future__ import annotations

from typing import Any

from hedgerow.auth import Permission
from hedgerow.contracts.fences import DivisionPage, DivisionView, ListDivisions
from hedgerow.contracts.values import Datum
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from sqlalchemy import Row, exists, select

from hedgerow_routing.store.fence_tables import division_imports, divisions

_newer: Any = divisions.alias("newer")
_NEWEST = (
    select(
        *(divisions.c[name] for name in ("code", "version", "name", "name_en", "area_m2")),
        division_imports.c.datum,
        division_imports.c.imported_at,
    )
    .join(division_imports, division_imports.c.version == divisions.c.version)
    .where(
        ~exists().where(_newer.c.code == divisions.c.code, _newer.c.version > divisions.c.version)
    )
)


async def list_divisions(query: ListDivisions, tx: Transaction) -> DivisionPage:
    """Which divisions there are is no secret inside a tenant."""
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    part = await windowed(tx.conn, _NEWEST, query.page, by=(divisions.c.code,))
    return DivisionPage(
        divisions=tuple(_division(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _division(row: Row[Any]) -> DivisionView:
    return DivisionView(
        code=row.code,
        version=row.version,
        name=row.name,
        name_en=row.name_en,
        area_m2=row.area_m2,
        datum=Datum(row.datum),
        imported_at=row.imported_at,
    )

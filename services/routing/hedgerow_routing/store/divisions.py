"""Divisions <-> rows of `divisions` and `division_imports`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from geoalchemy2.shape import from_shape, to_shape
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.fences import DivisionView
from hedgerow.transaction import Transaction
from shapely.geometry import MultiPolygon
from sqlalchemy import ARRAY, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from hedgerow_routing.domain.division import Boundary, Division

from .fence_tables import division_imports, divisions
from .refusals import ChangedMeanwhile

_LAST = select(func.max(division_imports.c.version))
_IMPORT = insert(division_imports).on_conflict_do_nothing().returning(division_imports.c.version)
_ADD = insert(divisions)
_NEWEST = (
    select(divisions.c.code, divisions.c.version, divisions.c.area)
    .where(divisions.c.code == any_(bindparam("codes", type_=ARRAY(Text))))
    .ext(distinct_on(divisions.c.code))
    .order_by(divisions.c.code, divisions.c.version.desc())
)


class DivisionStore:
    """Of the whole tenant: which divisions there are is no secret in it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def next_version(self) -> int:
        return (await self._conn.scalar(_LAST) or 0) + 1

    async def newest(self, codes: Sequence[str]) -> dict[str, Division]:
        """By code; without those that nobody imported."""
        if not codes:
            return {}
        rows = await self._conn.execute(_NEWEST, {"codes": list(codes)})
        return {
            code: Division(code, version, MultiPolygon(to_shape(area)))
            for code, version, area in rows
        }

    async def add(
        self, grant: TenantGrant, drawn: Sequence[Boundary], version: int
    ) -> tuple[DivisionView, ...]:
        """The boundaries of one import, in the order given. Raises ChangedMeanwhile."""
        grant.must_carry_everywhere(Permission.FENCE_PUBLISH)
        tx = self._tx
        made = {
            "tenant_id": tx.tenant_id,
            "version": version,
            "datum": drawn[0].area.datum,
            "imported_at": tx.now,
            "imported_by": tx.source().actor,
        }
        if await self._conn.scalar(_IMPORT, made) is None:
            raise ChangedMeanwhile
        rows = [
            {
                "tenant_id": tx.tenant_id,
                "code": each.code,
                "version": version,
                "name": each.name,
                "name_en": each.name_en,
                "area_m2": each.area.area_m2,
                "area": from_shape(each.area.shape, srid=4326),
            }
            for each in drawn
        ]
        await self._conn.execute(_ADD, rows)
        told = {
            "version": version,
            "datum": drawn[0].area.datum,
            "codes": [each.code for each in drawn],
            "drawings": _hash_of(drawn),
        }
        tx.record(
            f"divisions:{tx.tenant_id}",
            "imported",
            {name: (None, value) for name, value in told.items()},
            plant_id=None,
        )
        return tuple(each.view(version, tx.now) for each in drawn)


def _hash_of(drawn: Sequence[Boundary]) -> str:
    """A SHA-256 over every digit of the boundaries, in WGS-84 and in their order."""
    whole = hashlib.sha256()
    for each in drawn:
        whole.update(each.area.shape.wkb)
    return whole.hexdigest()

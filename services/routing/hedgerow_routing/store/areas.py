"""Areas <-> rows of `areas`."""

from __future__ import annotations

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.routing import AreaView
from hedgerow.contracts.values import AreaId
from hedgerow.errors import Conflict, Invalid
from hedgerow.transaction import Transaction
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from .access_tables import areas
from .refusals import IdTaken

_ADD = insert(areas).on_conflict_do_nothing().returning(areas.c.area_id)
_AREA = select(areas.c.area_id).where(areas.c.area_id == bindparam("area_id"))
_AREA_CODE = select(areas.c.area_id).where(areas.c.code == bindparam("code"))


class AreaCodeTaken(Conflict):
    code = "AREA_CODE_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another area has this code.", "该编码已被其他区域使用", field="code")


class UnknownArea(Invalid):
    code = "AREA_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("There is no such area.", "该区域不存在", field="area_id")


class AreaStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def add(self, grant: TenantGrant, area: AreaView) -> None:
        """Raises AreaCodeTaken or IdTaken."""
        grant.must_carry_everywhere(Permission.AREA_SET)
        told = {"code": area.code, "name": area.name}
        row = {"area_id": area.area_id, "created_at": area.created_at, **told}
        if await self._conn.scalar(_ADD, {"tenant_id": self._tx.tenant_id, **row}) is None:
            if await self._conn.scalar(_AREA_CODE, {"code": area.code}) is not None:
                raise AreaCodeTaken
            raise IdTaken("area_id")
        self._tx.record(
            f"area:{area.area_id}",
            "created",
            {name: (None, value) for name, value in told.items()},
            plant_id=None,
        )

    async def require(self, area_id: AreaId) -> None:
        """Raises UnknownArea. Which areas there are is no secret inside a tenant."""
        if await self._conn.scalar(_AREA, {"area_id": area_id}) is None:
            raise UnknownArea

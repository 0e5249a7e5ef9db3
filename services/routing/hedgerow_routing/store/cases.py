"""Cases of refused access <-> rows of `access_cases`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.access import AccessCaseView, RecordDenial
from hedgerow.contracts.values import PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import Row, insert

from .access_tables import access_case_numbers, access_cases

_FIELDS = ("number", "plant_id", "subject", "operation", "code", "asked", "permission")
_ORIGIN = ("ip", "device", "request_id", "at")
_ADD = insert(access_cases)


class CaseStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def numbers(self, count: int) -> list[str]:
        return await access_case_numbers.give(self._tx, count)

    async def add(
        self, grant: TenantGrant, made: Sequence[tuple[AccessCaseView, RecordDenial]]
    ) -> None:
        """Each with the message that tells of it."""
        grant.must_carry_everywhere(Permission.ACCESS_READ)
        rows: list[dict[str, Any]] = [
            {"tenant_id": self._tx.tenant_id}
            | {name: getattr(case, name) for name in (*_FIELDS, *_ORIGIN)}
            | {"asked": list(case.asked)}
            for case, _ in made
        ]
        await self._tx.conn.execute(_ADD, rows)
        for case, denial in made:
            self._tx.record(
                f"case:{case.number}",
                "denied",
                {name: (None, getattr(case, name)) for name in _FIELDS},
                plant_id=case.plant_id,
                because=denial,
            )


def case_of(row: Row[Any]) -> AccessCaseView:
    return AccessCaseView(
        number=row.number,
        subject=row.subject,
        operation=row.operation,
        code=row.code,
        asked=tuple(row.asked),
        plant_id=None if row.plant_id is None else PlantId(row.plant_id),
        permission=row.permission,
        ip=row.ip,
        device=row.device,
        request_id=row.request_id,
        at=row.at,
    )

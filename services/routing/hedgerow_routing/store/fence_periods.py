"""When which version of a fence is known to be valid: rows of `fence_periods`. The stores that end and
begin them leave the evidence."""

from __future__ import annotations

from datetime import datetime

from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import ARRAY, DateTime, Uuid, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.validity import Period, Revision, Span

from .fence_rows import bounds_of
from .fence_tables import fence_periods

_periods = fence_periods.c
_KNOWN = select(_periods.period_id, _periods.valid_from, _periods.valid_to).where(
    _periods.plant_id == bindparam("of_plant"),
    _periods.kind == bindparam("of_kind"),
    _periods.name == bindparam("of_name"),
    _periods.recorded_to.is_(None),
)
_END = (
    update(fence_periods)
    .where(_periods.period_id == any_(bindparam("ended", type_=ARRAY(Uuid))))
    .values(recorded_to=bindparam("at"))
)
_BEGIN = insert(fence_periods)
_COPIED = ("tenant_id", "fence_id", "plant_id", "kind", "name", "bounds")
_LEAVE = insert(fence_periods).from_select(
    [*_COPIED, "valid_from", "valid_to", "recorded_from"],
    select(
        *(_periods[name] for name in _COPIED),
        *(
            bindparam(name, type_=DateTime(timezone=True))
            for name in ("left_from", "left_to", "at")
        ),
    ).where(_periods.period_id == bindparam("of_period")),
)


class PeriodStore:
    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def known(self, plant_id: PlantId, kind: FenceKind, name: str) -> list[Period]:
        """When it is valid, as is known now."""
        same = {"of_plant": plant_id, "of_kind": kind, "of_name": name}
        rows = await self._conn.execute(_KNOWN, same)
        return [Period(period_id, Span(start, end)) for period_id, start, end in rows]

    async def end(
        self, grant: PlantGrant, plant_id: PlantId, revision: Revision, at: datetime
    ) -> None:
        """What is ended is no longer known from `at` on; what is left of it is."""
        grant.must_carry(Permission.FENCE_PUBLISH, at=plant_id)
        if revision.ended:
            await self._conn.execute(_END, {"ended": list(revision.ended), "at": at})
        for left in revision.left:
            left_over = {
                "of_period": left.period_id,
                "left_from": left.span.start,
                "left_to": left.span.end,
                "at": at,
            }
            await self._conn.execute(_LEAVE, left_over)

    async def begin(self, grant: PlantGrant, fence: Fence, at: datetime) -> None:
        """Its own, known from `at` on."""
        grant.must_carry(Permission.FENCE_PUBLISH, at=fence.plant_id)
        begun = {
            "tenant_id": self._tenant_id,
            "fence_id": fence.fence_id,
            "plant_id": fence.plant_id,
            "kind": fence.kind,
            "name": fence.name,
            "bounds": bounds_of(fence),
            "valid_from": fence.valid.start,
            "valid_to": fence.valid.end,
            "recorded_from": at,
        }
        await self._conn.execute(_BEGIN, begun)

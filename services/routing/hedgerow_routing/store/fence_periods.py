"""When which version of a fence is known to be valid: rows of `fence_periods`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hedgerow.contracts.routing import FenceKind
from hedgerow.contracts.values import PlantId
from sqlalchemy import ARRAY, DateTime, Uuid, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

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


async def known_periods(
    conn: AsyncConnection, plant_id: PlantId, kind: FenceKind, name: str
) -> list[Period]:
    same = {"of_plant": plant_id, "of_kind": kind, "of_name": name}
    rows = await conn.execute(_KNOWN, same)
    return [Period(period_id, Span(start, end)) for period_id, start, end in rows]


async def end_periods(conn: AsyncConnection, revision: Revision, at: datetime) -> None:
    """What is ended is no longer known from `at` on; what is left of it is."""
    if revision.ended:
        await conn.execute(_END, {"ended": list(revision.ended), "at": at})
    for left in revision.left:
        left_over = {
            "of_period": left.period_id,
            "left_from": left.span.start,
            "left_to": left.span.end,
            "at": at,
        }
        await conn.execute(_LEAVE, left_over)


async def begin_period(conn: AsyncConnection, tenant_id: UUID, fence: Fence, at: datetime) -> None:
    begun = {
        "tenant_id": tenant_id,
        "fence_id": fence.fence_id,
        "plant_id": fence.plant_id,
        "kind": fence.kind,
        "name": fence.name,
        "bounds": bounds_of(fence),
        "valid_from": fence.valid.start,
        "valid_to": fence.valid.end,
        "recorded_from": at,
    }
    await conn.execute(_BEGIN, begun)

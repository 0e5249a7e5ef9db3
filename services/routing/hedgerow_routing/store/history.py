"""What a simulation reads: decided orders, areas as a draft would have them, and who sees what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from hedgerow.auth import PERMISSIONS, TENANT_ROLES, Permission, Role
from hedgerow.contracts.access import ClaimedRole
from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.orders import OrderPriority, OrderType
from hedgerow.contracts.routing import AssignmentView, FenceKind
from hedgerow.contracts.values import FenceId, Line, LonLat, OrderId, PlantId
from hedgerow.transaction import Transaction
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    Integer,
    bindparam,
    column,
    func,
    select,
    tuple_,
)

from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.facts import KeptFacts
from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.membership import reaches
from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.snapshot import Snapshot

from .access import AccessStore
from .access_tables import claimed_roles, memberships
from .decision_tables import decisions
from .fence_questions import BY_PLACE, DRAWINGS, VALID_NOW, drawings_of
from .fence_tables import fence_periods
from .memberships import membership_of

_periods = fence_periods.c
_KEY = tuple_(decisions.c.decided_at, decisions.c.decision_id)
_WITHIN = (
    decisions.c.decided_at >= bindparam("since"),
    decisions.c.decided_at < bindparam("until"),
)
_TOTAL = select(func.count()).select_from(decisions).where(*_WITHIN)
_ORDERS = (
    select(
        *(decisions.c[name] for name in ("decided_at", "decision_id", "order_id", "order_number")),
        *(decisions.c[name] for name in ("region", "channel", "lines", "assignment", "seen")),
        decisions.c.closed_at,
        decisions.c.facts,
    )
    .where(*_WITHIN)
    .order_by(decisions.c.decided_at, decisions.c.decision_id)
    .limit(bindparam("most"))
)
_COVERED = select(
    func.routing.covered_by(
        bindparam("lon", type_=ARRAY(DOUBLE_PRECISION)),
        bindparam("lat", type_=ARRAY(DOUBLE_PRECISION)),
        *DRAWINGS,
    ).table_valued(column("place", Integer), column("shape", Integer))
)
_AREAS = select(_periods.fence_id, _periods.plant_id, _periods.kind, _periods.name).where(
    _periods.kind.in_(BY_PLACE), *VALID_NOW
)
_MEMBERS = select(memberships).where(memberships.c.revoked_at.is_(None))
_CLAIMED = select(claimed_roles.c.subject, claimed_roles.c.roles)

_READING = frozenset(str(role) for role in Role if Permission.ORDER_READ in PERMISSIONS[role])

Place = tuple[datetime, UUID]
FenceName = tuple[PlantId, FenceKind, str]


class HistoryStore:
    """Only reads. Takes the reach of the whole tenant."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn

    async def total(self, since: datetime, until: datetime) -> int:
        return await self._conn.scalar(_TOTAL, {"since": since, "until": until}) or 0

    async def orders(self, run: Run, most: int) -> tuple[list[Snapshot], Place | None]:
        """The next ones after the run's place, and the place of the last of them."""
        wanted = _ORDERS if run.place is None else _ORDERS.where(_KEY > run.place)
        given = {"since": run.since, "until": run.until, "most": most}
        rows = (await self._conn.execute(wanted, given)).all()
        orders = [_snapshot(row) for row in rows]
        return orders, (rows[-1].decided_at, rows[-1].decision_id) if rows else None

    async def named(self, names: Collection[FenceName]) -> set[FenceId]:
        """The service areas and exclusions of these names that are valid now."""
        rows = await self._conn.execute(_AREAS, {"now": self._tx.now})
        return {FenceId(fence_id) for fence_id, *name in rows if tuple(name) in names}

    async def covered_by(
        self, points: Sequence[LonLat], drawn: Sequence[Fence]
    ) -> list[list[CoveringArea]]:
        """For each point those of the drawn areas that cover it; PostGIS decides, as for areas in
        force. One statement."""
        covering: list[list[CoveringArea]] = [[] for _ in points]
        given = {
            "lon": [each.lon for each in points],
            "lat": [each.lat for each in points],
            **drawings_of(drawn),
        }
        for place, shape in await self._conn.execute(_COVERED, given):
            fence = drawn[shape - 1]
            covering[place - 1].append(
                CoveringArea(
                    fence.fence_id,
                    fence.edition.version,
                    fence.plant_id,
                    fence.priority,
                    fence.ground.area_m2,
                    fence.kind,
                )
            )
        return covering

    async def sight(self) -> dict[str, frozenset[PlantId]]:
        """Plants whose orders each user reads, by memberships and by the roles that tokens brought;
        not those who read the whole tenant's."""
        placed = await AccessStore(self._tx).placed()
        sees: defaultdict[str, set[PlantId]] = defaultdict(set)
        everywhere: set[str] = set()
        for row in await self._conn.execute(_MEMBERS):
            given = membership_of(row)
            if given.role not in _READING:
                continue
            if given.role in TENANT_ROLES:
                everywhere.add(given.subject)
            sees[given.subject] |= {plant for plant in placed if reaches(given, plant, placed)}
        for subject, roles in await self._conn.execute(_CLAIMED):
            for each in msgspec.convert(roles, tuple[ClaimedRole, ...]):
                if each.role in _READING and each.plant_id is None:
                    everywhere.add(subject)
                elif each.role in _READING and each.plant_id is not None:
                    sees[subject].add(each.plant_id)
        return {who: frozenset(plants) for who, plants in sees.items() if who not in everywhere}


def _snapshot(row: Any) -> Snapshot:
    facts = row.facts and msgspec.convert(row.facts, KeptFacts)
    told = facts or KeptFacts(
        type=OrderType.MTO,
        customer_code="",
        customer_grade="",
        priority=OrderPriority.NORMAL,
        attributes=(),
        custom=False,
        placed_at=row.decided_at,
    )
    return Snapshot(
        order_id=OrderId(row.order_id),
        number=row.order_number,
        point=msgspec.convert(row.assignment, AssignmentView).point,
        region=row.region,
        channel=row.channel,
        lines=msgspec.convert(row.lines, tuple[Line, ...]),
        seen=msgspec.convert(row.seen, tuple[SeenStock, ...]),
        open=row.closed_at is None,
        **{name: getattr(told, name) for name in KeptFacts.__struct_fields__},
        told=facts is not None,
    )

"""Release <-> rows of `releases`; number and gate <-> `release_series`, `release_gates`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from hedgerow.auth import Grant, Permission, TenantGrant
from hedgerow.contracts.releases import Gate, ReleaseOverride, ReleaseState, ReleaseView
from hedgerow.contracts.values import PlantId, ReleaseId, SimulationId
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import Transaction
from sqlalchemy import Integer, Row, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.release import Release, decoded, state_of
from hedgerow_routing.domain.release_refusals import ReleaseMoved

from .refusals import IdTaken
from .release_tables import release_gates as gates
from .release_tables import release_series as series
from .release_tables import releases

LOCK_SPACE = 0x52656C  # "Rel"

_ADD = insert(releases).on_conflict_do_nothing().returning(releases.c.release_id)
_BY_ID = select(releases).where(releases.c.release_id == bindparam("of_release"))
_SERIES = select(series.c.last)
_GATE = select(gates.c.gate)
_LOCK = select(
    func.pg_advisory_xact_lock(
        bindparam("space", type_=Integer), func.hashtext(bindparam("tenant", type_=Text))
    )
)
_NEXT = insert(series).on_conflict_do_update(
    index_elements=["tenant_id"], set_={"last": series.c.last + 1}
)
_FIRST_GATE = insert(gates)
_SET_GATE = _FIRST_GATE.on_conflict_do_update(
    index_elements=["tenant_id"],
    set_={"gate": _FIRST_GATE.excluded.gate, "version": gates.c.version + 1},
).returning(gates.c.version)

# Whoever may publish one of these alone may publish a release of it.
_ALONE = (Permission.FENCE_PUBLISH, Permission.RULE_PUBLISH, Permission.LIMITS_SET)
_DRAFTING = (Permission.RELEASE_DRAFT, Permission.RELEASE_PUBLISH)
_TOLD = (
    *("title", "state", "number", "base", "edited_by", "simulation_id", "override"),
    *("change_keys", "content_sha256"),
)


@dataclass(frozen=True, slots=True)
class Series:
    """last  number of the release in force; 0 before the first"""

    last: int
    gate: Gate


class ReleaseStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def in_force(self) -> int:
        """Its number; 0 before the first."""
        return await self._conn.scalar(_SERIES) or 0

    async def series(self) -> Series:
        return Series(await self.in_force(), await self._gate())

    async def lock(self) -> Series:
        """The tenant's publications wait for one another from here to the end of the transaction:
        what is slow comes before."""
        await self._conn.execute(_LOCK, {"space": LOCK_SPACE, "tenant": str(self._tenant_id)})
        return await self.series()

    async def _gate(self) -> Gate:
        gate = await self._conn.scalar(_GATE)
        return Gate.OPEN if gate is None else Gate(gate)

    async def load(self, release_id: ReleaseId) -> Release:
        """Raises PlantForbidden for one that is absent or out of the caller's sight."""
        row = (await self._conn.execute(_BY_ID, {"of_release": release_id})).one_or_none()
        if row is None:
            raise PlantForbidden(field="release_id", detail=f"no release {release_id}")
        return release_of(row, await self.in_force())

    async def add(self, grant: TenantGrant, release: Release) -> None:
        """A draft. Raises IdTaken."""
        grant.must_carry_everywhere(Permission.RELEASE_DRAFT)
        await self._add(release, "drafted")

    async def add_published(self, grant: Grant, release: Release) -> None:
        """Of one change, by the right to publish that; takes its number. After `lock`."""
        grant.must_carry(*_ALONE, at=release.plant_id)
        await self._add(release, "published")
        await self._count(release)

    async def save(
        self, grant: TenantGrant, before: Release, release: Release, action: str
    ) -> None:
        """A published one takes its number; then after `lock`. Raises ReleaseMoved.

        before  as it was loaded
        """
        grant.must_carry_everywhere(*_DRAFTING)
        same = (releases.c.release_id == release.release_id) & (
            releases.c.version == before.version
        )
        changed = update(releases).where(same).values(_row(release))
        if await self._conn.scalar(changed.returning(releases.c.release_id)) is None:
            raise ReleaseMoved
        self._record(_row(before), release, action)
        if release.number is not None:
            await self._count(release)

    async def set_gate(self, grant: TenantGrant, before: Gate, gate: Gate) -> int:
        """The version of the gate then. After `lock`."""
        grant.must_carry_everywhere(Permission.RELEASE_PUBLISH)
        row = {"tenant_id": self._tenant_id, "gate": gate, "version": 1}
        version: int = (await self._conn.execute(_SET_GATE, row)).scalar_one()
        self._tx.record(
            f"release_gate:{self._tenant_id}", "set", {"gate": (before, gate)}, plant_id=None
        )
        return version

    async def _add(self, release: Release, action: str) -> None:
        row = {"tenant_id": self._tenant_id, "release_id": release.release_id, **_row(release)}
        if await self._conn.scalar(_ADD, row) is None:
            raise IdTaken("release_id")
        self._record({}, release, action)

    async def _count(self, release: Release) -> None:
        """It is the one in force."""
        await self._conn.execute(_NEXT, {"tenant_id": self._tenant_id, "last": 1})
        self._tx.record(
            f"releases:{self._tenant_id}",
            "published",
            {
                "number": (None, release.number),
                "release_id": (None, release.release_id),
                "content_sha256": (None, release.content_sha256),
            },
            plant_id=None,
        )

    def _record(self, before: dict[str, Any], release: Release, action: str) -> None:
        after = _row(release)
        self._tx.record(
            release.aggregate,
            action,
            {name: (before.get(name), after[name]) for name in _TOLD},
            plant_id=release.plant_id,
        )


def _row(release: Release) -> dict[str, Any]:
    return {
        "plant_id": release.plant_id,
        "number": release.number,
        "title": release.title,
        "state": str(release.state),
        "base": release.base,
        "changes": msgspec.to_builtins(release.changes),
        "change_keys": [each.key for each in release.changes],
        "content_sha256": release.content_sha256,
        "created_by": release.created_by,
        "created_at": release.created_at,
        "edited_by": release.edited_by,
        "edited_at": release.edited_at,
        "edited_version": release.edited_version,
        "simulation_id": release.simulation_id,
        "simulated_base": release.simulated_base,
        "override": msgspec.to_builtins(release.override),
        "published_by": release.published_by,
        "published_at": release.published_at,
        "version": release.version,
    }


def release_of(row: Row[Any], in_force: int) -> Release:
    """in_force  number of the release that is"""
    return Release(
        release_id=ReleaseId(row.release_id),
        title=row.title,
        state=ReleaseState(row.state),
        base=row.base,
        changes=decoded(row.changes),
        created_by=row.created_by,
        created_at=row.created_at,
        edited_by=row.edited_by,
        edited_at=row.edited_at,
        edited_version=row.edited_version,
        plant_id=None if row.plant_id is None else PlantId(row.plant_id),
        number=row.number,
        simulation_id=_simulation_of(row),
        simulated_base=row.simulated_base,
        override=_override_of(row),
        published_by=row.published_by,
        published_at=row.published_at,
        version=row.version,
        in_force=in_force,
    )


def view_of(row: Row[Any], in_force: int) -> ReleaseView:
    """Of a row without its changes. in_force  number of the release that is"""
    return ReleaseView(
        release_id=ReleaseId(row.release_id),
        number=row.number,
        title=row.title,
        state=state_of(ReleaseState(row.state), row.number, in_force),
        base=row.base,
        keys=tuple(row.change_keys),
        content_sha256=row.content_sha256,
        created_by=row.created_by,
        created_at=row.created_at,
        edited_by=row.edited_by,
        edited_at=row.edited_at,
        simulation_id=_simulation_of(row),
        override=_override_of(row),
        published_by=row.published_by,
        published_at=row.published_at,
        version=row.version,
    )


def _simulation_of(row: Row[Any]) -> SimulationId | None:
    return None if row.simulation_id is None else SimulationId(row.simulation_id)


def _override_of(row: Row[Any]) -> ReleaseOverride | None:
    return None if row.override is None else msgspec.convert(row.override, ReleaseOverride)

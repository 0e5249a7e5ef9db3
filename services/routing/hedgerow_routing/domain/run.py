"""A simulation on its way through the orders of some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hedgerow.contracts.releases import SimulationResult, SimulationState, SimulationView
from hedgerow.contracts.values import ReleaseId, SimulationId
from hedgerow.errors import Invalid

from .release import Release
from .release_refusals import ReleaseClosed

MOST_DAYS = 90


class BadDays(Invalid):
    code = "DAYS_INVALID"

    def __init__(self) -> None:
        super().__init__(
            f"A simulation looks back 1 to {MOST_DAYS} days.",
            f"模拟须回溯 1 至 {MOST_DAYS} 天",
            field="days",
        )


@dataclass(slots=True)
class Run:
    """of_version  of the release when it was edited last: another edit makes this OUTDATED
    place       the last order looked at: when it was decided, and the decision's id
    changed     orders that change plant, so far
    version     one more for each step
    """

    simulation_id: SimulationId
    release_id: ReleaseId
    of_version: int
    base: int
    days: int
    since: datetime
    until: datetime
    total: int
    started_by: str
    started_at: datetime
    state: SimulationState = SimulationState.RUNNING
    done: int = 0
    changed: int = 0
    place: tuple[datetime, UUID] | None = None
    finished_at: datetime | None = None
    result_sha256: str | None = None
    version: int = 1

    @classmethod
    def begin(
        cls,
        simulation_id: SimulationId,
        release: Release,
        days: int,
        *,
        total: int,
        by: str,
        at: datetime,
    ) -> Run:
        """Raises ReleaseClosed. total  orders to be looked at"""
        if release.number is not None:
            raise ReleaseClosed
        since, until = window(days, at)
        return cls(
            simulation_id=simulation_id,
            release_id=release.release_id,
            of_version=release.edited_version,
            base=release.in_force,
            days=days,
            since=since,
            until=until,
            total=total,
            started_by=by,
            started_at=at,
        )

    @property
    def aggregate(self) -> str:
        return f"simulation:{self.simulation_id}"

    def is_of(self, release: Release) -> bool:
        """Whether it still says something of the release and of what holds now."""
        return (
            release.number is None
            and release.edited_version == self.of_version
            and release.in_force == self.base
        )

    def go_on(self, orders: int, changed: int, place: tuple[datetime, UUID]) -> None:
        self.done += orders
        self.changed += changed
        self.place = place
        self.version += 1

    def end(self, state: SimulationState, *, at: datetime, sha256: str | None = None) -> None:
        self.state, self.finished_at, self.result_sha256 = state, at, sha256
        self.version += 1

    def view(self, result: SimulationResult | None) -> SimulationView:
        return SimulationView(
            simulation_id=self.simulation_id,
            release_id=self.release_id,
            state=self.state,
            base=self.base,
            days=self.days,
            since=self.since,
            until=self.until,
            total=self.total,
            done=self.done,
            started_by=self.started_by,
            started_at=self.started_at,
            finished_at=self.finished_at,
            result=result,
            result_sha256=self.result_sha256,
        )


def window(days: int, at: datetime) -> tuple[datetime, datetime]:
    """Inclusive, exclusive. Raises BadDays."""
    if not 1 <= days <= MOST_DAYS:
        raise BadDays
    return at - timedelta(days=days), at

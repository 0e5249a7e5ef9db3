"""A release: changes that are drafted together, may be simulated, and are published as one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from hedgerow.contracts.fields import counted, each_once, text
from hedgerow.contracts.releases import Change, Gate, ReleaseOverride, ReleaseState, ReleaseView
from hedgerow.contracts.values import PlantId, ReleaseId, SimulationId

from .fields import name
from .release_refusals import (
    NotSimulated,
    OwnEdit,
    ReleaseClosed,
    ReleaseEmpty,
    ReleaseMoved,
    ReleaseRequired,
    ReleaseTooLarge,
    UnknownChange,
)

MOST_CHANGES = 200
MOST_BYTES = 2_000_000  # with its changes a release is one answer, and those carry 4 MB
REASON_LENGTH = 2000


@dataclass(slots=True)
class Release:
    """edited_version  its version at the last edit; a simulation counts if it saw that one
    simulated_base  number of the release that was in force for the simulation
    plant_id        whose alone it is; None where it may hold those of several
    """

    release_id: ReleaseId
    title: str
    state: ReleaseState
    base: int
    changes: tuple[Change, ...]
    created_by: str
    created_at: datetime
    edited_by: str
    edited_at: datetime
    edited_version: int = 1
    plant_id: PlantId | None = None
    number: int | None = None
    simulation_id: SimulationId | None = None
    simulated_base: int | None = None
    override: ReleaseOverride | None = None
    published_by: str = ""
    published_at: datetime | None = None
    version: int = 1
    in_force: int = field(default=0, kw_only=True)

    @classmethod
    def draft(
        cls,
        release_id: ReleaseId,
        title: str,
        changes: Sequence[Change],
        *,
        base: int,
        by: str,
        at: datetime,
    ) -> Release:
        """Raises Invalid, naming the field."""
        kept = _put((), changes, "changes")
        return cls(
            release_id=release_id,
            title=name(title, "title"),
            state=ReleaseState.DRAFT,
            base=base,
            changes=kept,
            created_by=by,
            created_at=at,
            edited_by=by,
            edited_at=at,
            in_force=base,
        )

    @classmethod
    def of_one(
        cls,
        release_id: ReleaseId,
        number: int,
        change: Change,
        plant_id: PlantId | None,
        *,
        by: str,
        at: datetime,
    ) -> Release:
        """A change that is published alone."""
        return cls(
            release_id=release_id,
            title=change.key,
            state=ReleaseState.PUBLISHED,
            base=number - 1,
            changes=(change,),
            created_by=by,
            created_at=at,
            edited_by=by,
            edited_at=at,
            plant_id=plant_id,
            number=number,
            published_by=by,
            published_at=at,
            in_force=number,
        )

    @property
    def aggregate(self) -> str:
        return f"release:{self.release_id}"

    @property
    def content_sha256(self) -> str:
        return content_hash(self.changes)

    def edit(
        self,
        expected_version: int,
        put: Sequence[Change],
        remove: Iterable[str],
        *,
        by: str,
        at: datetime,
    ) -> None:
        """It is a draft again. Raises ReleaseMoved, ReleaseClosed, Invalid."""
        self._expect(expected_version)
        keys = {each.key for each in self.changes}
        gone = list(remove)
        each_once(gone, "remove")
        for position, key in enumerate(gone):
            if key not in keys:
                raise UnknownChange(f"remove.{position}")
        kept = [each for each in self.changes if each.key not in gone]
        self.changes = _put(kept, put, "put")
        self.state = ReleaseState.DRAFT
        self.simulation_id = self.simulated_base = self.override = None
        self.edited_by, self.edited_at = by, at
        self.version += 1
        self.edited_version = self.version

    def answer_for(self, expected_version: int, reason: str, *, by: str, at: datetime) -> None:
        """Raises ReleaseMoved, ReleaseClosed, OwnEdit, BadText."""
        self._expect(expected_version)
        kept = text(reason, "reason", most=REASON_LENGTH)
        if by == self.edited_by:
            raise OwnEdit
        self.override = ReleaseOverride(by=by, at=at, reason=kept)
        self.version += 1

    def simulated(self, simulation_id: SimulationId, base: int) -> None:
        """A simulation of what it says now is finished."""
        self.state = ReleaseState.SIMULATED
        self.simulation_id, self.simulated_base = simulation_id, base
        self.version += 1

    def check_publishable(self, expected_version: int, in_force: int) -> None:
        """in_force  number of the release that is in force now

        Raises ReleaseMoved, ReleaseClosed, ReleaseEmpty, NotSimulated.
        """
        self._expect(expected_version)
        if not self.changes:
            raise ReleaseEmpty
        simulated = self.state is ReleaseState.SIMULATED and self.simulated_base == in_force
        if not simulated and self.override is None:
            raise NotSimulated

    def publish(self, number: int, *, by: str, at: datetime) -> None:
        """After `check_publishable`."""
        self.state = ReleaseState.PUBLISHED
        self.number = self.in_force = number
        self.published_by, self.published_at = by, at
        self.version += 1

    def _expect(self, version: int) -> None:
        if self.state is ReleaseState.PUBLISHED:
            raise ReleaseClosed
        if version != self.version:
            raise ReleaseMoved

    def view(self) -> ReleaseView:
        return ReleaseView(
            release_id=self.release_id,
            number=self.number,
            title=self.title,
            state=state_of(self.state, self.number, self.in_force),
            base=self.base,
            keys=tuple(each.key for each in self.changes),
            content_sha256=self.content_sha256,
            created_by=self.created_by,
            created_at=self.created_at,
            edited_by=self.edited_by,
            edited_at=self.edited_at,
            simulation_id=self.simulation_id,
            override=self.override,
            published_by=self.published_by,
            published_at=self.published_at,
            version=self.version,
        )


def state_of(kept: ReleaseState, number: int | None, in_force: int) -> ReleaseState:
    """in_force  number of the release that is"""
    retired = number is not None and number < in_force
    return ReleaseState.RETIRED if retired else kept


def check_gate(gate: Gate) -> None:
    """Before a change is published alone. Raises ReleaseRequired."""
    if gate is Gate.CLOSED:
        raise ReleaseRequired


def encoded(changes: Sequence[Change]) -> bytes:
    return msgspec.json.encode(changes, order="deterministic")


def decoded(kept: Any) -> tuple[Change, ...]:
    """From the JSON values that the database keeps."""
    return msgspec.convert(kept, tuple[Change, ...], strict=False)


def content_hash(changes: Sequence[Change]) -> str:
    return hashlib.sha256(encoded(changes)).hexdigest()


def _put(kept: Sequence[Change], put: Sequence[Change], where: str) -> tuple[Change, ...]:
    """Each of `put` in the place of the one of its key, or after all. Raises Invalid."""
    each_once([each.key for each in put], where)
    new = {each.key: each for each in put}
    replaced = [new.pop(each.key, each) for each in kept]
    changes = (*replaced, *new.values())
    counted(changes, where, least=0, most=MOST_CHANGES)
    if len(encoded(changes)) > MOST_BYTES:
        raise ReleaseTooLarge(where)
    return changes

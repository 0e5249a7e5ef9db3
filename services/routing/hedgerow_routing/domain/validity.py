"""Two times of a fence: when it is valid, and since when that is known.

Publishing says something about one span of valid time. What was known of other times stays; what was
known of this one is kept as what was known until now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hedgerow.errors import Invalid


class BadPeriod(Invalid):
    code = "PERIOD_INVALID"


@dataclass(frozen=True, slots=True)
class Span:
    """start  inclusive; end exclusive, None: no end is known"""

    start: datetime
    end: datetime | None

    def overlaps(self, other: Span) -> bool:
        return (other.end is None or self.start < other.end) and (
            self.end is None or other.start < self.end
        )

    def without(self, other: Span) -> tuple[Span, ...]:
        """What is left of it before and after `other`."""
        left = []
        if self.start < other.start:
            left.append(Span(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            left.append(Span(other.end, self.end))
        return tuple(left)


@dataclass(frozen=True, slots=True)
class Period:
    """The span in which some version is known to be valid."""

    period_id: UUID
    span: Span


@dataclass(frozen=True, slots=True)
class Revision:
    """ended  periods that are no longer known as they were
    left   what is still known of them, at most one span before and one after what was said
    said   the new version's own; None: nothing is valid there any more
    """

    ended: tuple[UUID, ...]
    left: tuple[Period, ...]
    said: Span | None


def checked_span(start: datetime, end: datetime | None, field: str) -> Span:
    """Raises BadPeriod. field  that of the end"""
    if end is not None and end <= start:
        raise BadPeriod(
            f"It must end after it begins, which is {start.isoformat()}.",
            f"结束时间须晚于开始时间 {start.isoformat()}",
            field=field,
        )
    return Span(start, end)


def revise(known: Iterable[Period], said: Span) -> Revision:
    """What to record when a new version is said to be valid in the span `said`. `known` is all that
    is known of the fence so far, without overlaps."""
    ended, left = _cut(known, said)
    return Revision(ended, left, said)


def withdraw(known: Iterable[Period], at: datetime) -> Revision:
    """What to record when nothing is to be valid from `at` on. Ends no period where nothing was."""
    ended, left = _cut(known, Span(at, None))
    return Revision(ended, left, None)


def _cut(known: Iterable[Period], said: Span) -> tuple[tuple[UUID, ...], tuple[Period, ...]]:
    touched = [each for each in known if each.span.overlaps(said)]
    return (
        tuple(each.period_id for each in touched),
        tuple(Period(each.period_id, left) for each in touched for left in each.span.without(said)),
    )

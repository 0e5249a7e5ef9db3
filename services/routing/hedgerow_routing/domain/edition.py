"""Versions of what is published and never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """version  from 1, without a gap
    active_from  inclusive
    """

    version: int
    active_from: datetime

    @classmethod
    def after(cls, last: Edition | None, at: datetime) -> Edition:
        """The first one, or the one after `last`. It never begins before `last` did, even when
        the clock that says `at` is behind the clock that said `last`."""
        if last is None:
            return cls(1, at)
        return cls(last.version + 1, max(at, last.active_from))

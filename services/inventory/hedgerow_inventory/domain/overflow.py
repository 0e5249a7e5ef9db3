"""When a location passes its orders on, and when it serves again.

It trips when less is available than its safety level, and clears when the level + x % is there
again. In between it stays as it is, so that stock which goes up and down around the level does not
send every other order elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hedgerow.contracts.fields import tidy
from hedgerow.contracts.inventory import LedgerKind, OverflowState

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Trip:
    """Why a location passes orders on. at  None in the transaction that trips it"""

    kind: LedgerKind
    because: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of state. available  after the movement that made it
    because  the movement's document, else its reason
    """

    state: OverflowState
    available: Decimal
    kind: LedgerKind
    because: str


def clear_level(safety_level: Decimal, percent: Decimal) -> Decimal:
    """How many must be available for a tripped location to serve again. Exact."""
    if not percent:
        return safety_level
    return tidy(safety_level * (_HUNDRED + percent) / _HUNDRED)

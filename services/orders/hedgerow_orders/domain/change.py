"""An entry of an order's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hedgerow.contracts.orders import OrderState
from hedgerow.contracts.values import Basis


class ChangeKind(StrEnum):
    """What an entry of the history says has happened."""

    SUBMITTED = "SUBMITTED"
    RESERVED = "RESERVED"
    FELL_SHORT = "FELL_SHORT"
    LEFT_UNROUTED = "LEFT_UNROUTED"
    KIT_LOCK_REQUESTED = "KIT_LOCK_REQUESTED"
    KIT_LOCKED = "KIT_LOCKED"
    KIT_REFUSED = "KIT_REFUSED"
    DISPATCHED = "DISPATCHED"
    QUALITY_RELEASED = "QUALITY_RELEASED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an order: one version, one event, one entry of its history."""

    version: int
    kind: ChangeKind
    at: datetime
    by: str
    from_state: OrderState | None
    to_state: OrderState
    basis: Basis | None

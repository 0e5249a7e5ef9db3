"""Owned by services/inventory: a location begins to pass its orders on, and serves again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from .inventory import LedgerKind
from .message import Event
from .values import LocationId, PlantId


class OverflowEvent(Event, frozen=True, kw_only=True):
    """Aggregate `stock:<location>:<sku>`; the numbers are those after the movement behind it.

    plant_id  the location's plant
    kind      of that movement
    because   its document (`order:<id>`), else its reason
    """

    sku: str
    location_id: LocationId
    plant_id: PlantId
    available: Decimal
    safety_level: Decimal
    clear_percent: Decimal
    clear_level: Decimal
    kind: LedgerKind
    because: str
    occurred_at: datetime


class OverflowTripped(OverflowEvent, frozen=True, kw_only=True):
    """available is below safety_level: orders pass the location over until clear_level is there."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.overflow_tripped.v1"


class OverflowCleared(OverflowEvent, frozen=True, kw_only=True):
    """available has reached clear_level: the location serves again."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.overflow_cleared.v1"

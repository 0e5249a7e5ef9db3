"""Ids and values that mean the same thing in every service."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NewType
from uuid import UUID

import msgspec
import uuid_utils.compat

TenantId = NewType("TenantId", UUID)
PlantId = NewType("PlantId", UUID)
LocationId = NewType("LocationId", UUID)
FenceId = NewType("FenceId", UUID)
RuleId = NewType("RuleId", UUID)
DecisionId = NewType("DecisionId", UUID)
OrderId = NewType("OrderId", UUID)
SupplyId = NewType("SupplyId", UUID)
RmaId = NewType("RmaId", UUID)
AreaId = NewType("AreaId", UUID)
MembershipId = NewType("MembershipId", UUID)
AttestationId = NewType("AttestationId", UUID)
ReleaseId = NewType("ReleaseId", UUID)
SimulationId = NewType("SimulationId", UUID)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unguessable, and sorted by the time of its making."""
    return uuid_utils.compat.uuid7()


class Datum(StrEnum):
    """The geodetic datum of a coordinate. There is no default: GCJ-02 read as WGS-84 is
    some 500 m off in eastern China, BD-09 about 1.1 km."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


class LonLat(msgspec.Struct, frozen=True):
    """A WGS-84 point (EPSG:4326). Degrees; longitude first, as in GeoJSON."""

    lon: float
    lat: float


class GeoPoint(msgspec.Struct, frozen=True):
    """A point as it was given. Degrees; longitude first; in its own datum."""

    lon: float
    lat: float
    datum: Datum


class PresenceVerdict(StrEnum):
    """Whether someone is at a plant. INSIDE and OUTSIDE: wherever in the accuracy radius they are.
    UNCERTAIN: the radius crosses the fence. CONFIRMED: uncertain, and a second person vouched."""

    INSIDE = "INSIDE"
    OUTSIDE = "OUTSIDE"
    UNCERTAIN = "UNCERTAIN"
    CONFIRMED = "CONFIRMED"


class Money(msgspec.Struct, frozen=True):
    """amount  in units of `currency` (ISO 4217), not in cents"""

    amount: Decimal
    currency: str


class Line(msgspec.Struct, frozen=True):
    """One line of an order as other services see it.

    line_no   from 1, stable for the life of the order
    quantity  in the SKU's own unit; positive
    """

    line_no: int
    sku: str
    quantity: Decimal


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A window into a list in its stated order, by keyset.

    Exactly one of `first` and `last`, 1 to 100; `after` and `before` are opaque cursors made by
    the service that answers. `total` asks for the count of the whole list as well.
    """

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    total: bool = False


class Basis(msgspec.Struct, frozen=True):
    """Why a critical change is made: `type` says what `ref` is the number of."""

    type: str
    ref: str
    note: str = ""

"""Owned by services/rma: views, commands, queries, events."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import msgspec

from .evidence import ListEvidence, VerifyEvidence
from .message import Command, Event, Query
from .values import Basis, LocationId, OrderId, Page, PlantId, RmaId


class RmaState(StrEnum):
    """REVIEW: a person must decide; APPROVED: the goods may come back."""

    REVIEW = "REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class Disposition(StrEnum):
    """The fate of a returned unit, and so its stock effect."""

    RESTOCKED = "RESTOCKED"  # on hand, for sale
    PROCESSING_REQUIRED = "PROCESSING_REQUIRED"  # on hand, in quality hold
    NOT_RESTOCKED = "NOT_RESTOCKED"  # on hand, damaged
    MISSING = "MISSING"  # was not in the parcel: no effect


class EligibilityCode(StrEnum):
    WITHIN_PERIOD = "WITHIN_PERIOD"
    NOT_CUSTOM = "NOT_CUSTOM"
    QUANTITY = "QUANTITY"


class EligibilityReason(msgspec.Struct, frozen=True, kw_only=True):
    """One test of the eligibility run. line_no is None when it is about the whole order."""

    code: EligibilityCode
    passed: bool
    line_no: int | None
    en: str
    zh: str


class EligibilityView(msgspec.Struct, frozen=True, kw_only=True):
    """outcome  APPROVED, REVIEW (custom goods) or REJECTED; every test is listed"""

    outcome: RmaState
    reasons: tuple[EligibilityReason, ...]


class ReturnLine(msgspec.Struct, frozen=True):
    line_no: int
    quantity: Decimal


class InspectedLine(msgspec.Struct, frozen=True):
    """Part of a line with one fate; a line may be split over several of these."""

    line_no: int
    quantity: Decimal
    disposition: Disposition


class RmaLineView(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    sku: str
    name: str
    unit: str
    quantity: Decimal
    custom: bool


class RmaView(msgspec.Struct, frozen=True, kw_only=True):
    """plant_id     the order's plant
    location_id  where the goods came back to; None before they did
    """

    rma_id: RmaId
    number: str
    order_id: OrderId
    order_number: str
    plant_id: PlantId
    state: RmaState
    reason: str
    reasons: tuple[EligibilityReason, ...]
    lines: tuple[RmaLineView, ...]
    inspected: tuple[InspectedLine, ...]
    location_id: LocationId | None
    decision_note: str
    requested_by: str
    requested_at: datetime
    updated_at: datetime
    version: int


class RmaPage(msgspec.Struct, frozen=True, kw_only=True):
    rmas: tuple[RmaView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class RmaWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold; an empty tuple gives no condition."""

    plant_ids: tuple[PlantId, ...] = ()
    states: tuple[RmaState, ...] = ()
    order_id: OrderId | None = None


# Commands


class RequestReturn(Command[RmaView], frozen=True, kw_only=True):
    """Critical. Eligibility is decided at once; the answer is APPROVED, REVIEW or REJECTED with reasons.

    basis  what the customer sent or said, by its number
    """

    SUBJECT: ClassVar = "hedgerow.cmd.rma.request_return.v1"
    rma_id: RmaId
    order_id: OrderId
    lines: tuple[ReturnLine, ...]
    reason: str
    basis: Basis


class DecideReturn(Command[RmaView], frozen=True, kw_only=True):
    """Critical. A person's decision on a return in REVIEW. note says why and basis what it rests on;
    both are mandatory."""

    SUBJECT: ClassVar = "hedgerow.cmd.rma.decide_return.v1"
    rma_id: RmaId
    approve: bool
    note: str
    basis: Basis


class ReceiveReturn(Command[RmaView], frozen=True, kw_only=True):
    """The parcel is here. location_plant_id is the location's plant, as routing named it."""

    SUBJECT: ClassVar = "hedgerow.cmd.rma.receive_return.v1"
    rma_id: RmaId
    location_id: LocationId
    location_plant_id: PlantId


class InspectReturn(Command[RmaView], frozen=True, kw_only=True):
    """accept  the goods meet the conditions of the return: then `lines` cover each returned line's
    quantity exactly, MISSING units included, and a line has a fate at most once.

    Refused goods go back to the customer and change no stock: then `lines` are empty.
    """

    SUBJECT: ClassVar = "hedgerow.cmd.rma.inspect_return.v1"
    rma_id: RmaId
    accept: bool
    lines: tuple[InspectedLine, ...]


# Queries


class RmasByIds(Query[tuple[RmaView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `ids`; None for what is absent or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.rma.rmas_by_ids.v1"
    ids: tuple[RmaId, ...]


class RmasByOrders(Query[tuple[tuple[RmaView, ...], ...]], frozen=True, kw_only=True):
    """Oldest first; answers in the order of `order_ids`."""

    SUBJECT: ClassVar = "hedgerow.qry.rma.rmas_by_orders.v1"
    order_ids: tuple[OrderId, ...]


class ListRmas(Query[RmaPage], frozen=True, kw_only=True):
    """Newest first."""

    SUBJECT: ClassVar = "hedgerow.qry.rma.list_rmas.v1"
    where: RmaWhere = RmaWhere()
    page: Page


class CheckEligibility(Query[EligibilityView], frozen=True, kw_only=True):
    """What RequestReturn would decide now. A quantity over what may still come back is listed here
    as a failed test; RequestReturn refuses it."""

    SUBJECT: ClassVar = "hedgerow.qry.rma.check_eligibility.v1"
    order_id: OrderId
    lines: tuple[ReturnLine, ...]


class ListRmaEvidence(ListEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.rma.list_rma_evidence.v1"


class VerifyRmaEvidence(VerifyEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.rma.verify_rma_evidence.v1"


# Events. Aggregate `rma:<id>`; every change of a return is one event.


class RmaEvent(Event, frozen=True, kw_only=True):
    rma_id: RmaId
    number: str
    order_id: OrderId
    plant_id: PlantId
    state: RmaState
    occurred_at: datetime


class RmaRequested(RmaEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.rma.rma_requested.v1"


class RmaDecided(RmaEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.rma.rma_decided.v1"


class RmaReceived(RmaEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.rma.rma_received.v1"
    location_id: LocationId


class DisposedLine(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    sku: str
    quantity: Decimal
    disposition: Disposition


class RmaInspected(RmaEvent, frozen=True, kw_only=True):
    """location_plant_id  the plant whose stock the dispositions change

    ACCEPTED with every unit's fate in `lines`, or REFUSED with none.
    """

    SUBJECT: ClassVar = "hedgerow.evt.rma.rma_inspected.v1"
    location_id: LocationId
    location_plant_id: PlantId
    lines: tuple[DisposedLine, ...]

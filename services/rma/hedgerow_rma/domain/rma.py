"""A return, from the request to the verdict on the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.fields import text
from hedgerow.contracts.rma import (
    EligibilityCode,
    EligibilityReason,
    EligibilityView,
    InspectedLine,
    ReturnLine,
    RmaLineView,
    RmaState,
)
from hedgerow.contracts.values import Basis, LocationId, OrderId, PlantId, RmaId
from hedgerow.errors import Conflict, Invalid

from .delivered_order import DeliveredOrder
from .inspection import NotForRefused, check_cover

MOST_TEXT = 500


class OverQuantity(Invalid):
    """More would come back than was delivered."""

    code = "RETURN_QUANTITY_EXCEEDED"


class WrongState(Conflict):
    code = "RMA_WRONG_STATE"


class Step(StrEnum):
    REQUESTED = "REQUESTED"
    DECIDED = "DECIDED"
    RECEIVED = "RECEIVED"
    INSPECTED = "INSPECTED"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a return's history. from_state is None for the request."""

    step: Step
    from_state: RmaState | None
    to_state: RmaState
    note: str = ""
    basis: Basis | None = None


@dataclass(slots=True)
class Rma:
    """Lines are kept as they were delivered, with the quantity that comes back.

    location_id, location_plant_id  where the goods came back to; None before they did
    version                         the number of changes, from 1
    """

    id: RmaId
    number: str
    order_id: OrderId
    order_number: str
    plant_id: PlantId
    state: RmaState
    reason: str
    reasons: tuple[EligibilityReason, ...]
    lines: tuple[RmaLineView, ...]
    requested_by: str
    requested_at: datetime
    updated_at: datetime
    inspected: tuple[InspectedLine, ...] = ()
    location_id: LocationId | None = None
    location_plant_id: PlantId | None = None
    decision_note: str = ""
    version: int = 1

    @classmethod
    def request(
        cls,
        id: RmaId,
        order: DeliveredOrder,
        lines: Sequence[ReturnLine],
        reason: str,
        eligibility: EligibilityView,
        basis: Basis,
        *,
        number: str,
        by: str,
        at: datetime,
    ) -> tuple[Rma, Change]:
        """Approved, rejected or up for review as `eligibility` found.

        A quantity over what may come back is no return at all. Raises OverQuantity, BasisRequired
        or BadText.
        """
        basis = checked_basis(basis, "basis")
        reason = text(reason, "reason", most=MOST_TEXT)
        _refuse_over_quantity(lines, eligibility)
        rma = cls(
            id=id,
            number=number,
            order_id=order.order_id,
            order_number=order.number,
            plant_id=order.plant_id,
            state=eligibility.outcome,
            reason=reason,
            reasons=eligibility.reasons,
            lines=_returned(order, lines),
            requested_by=by,
            requested_at=at,
            updated_at=at,
        )
        return rma, Change(Step.REQUESTED, None, rma.state, basis=basis)

    def decide(self, approve: bool, note: str, basis: Basis, *, at: datetime) -> Change:
        """A person's word on a return in review. Raises BasisRequired, BadText or WrongState."""
        basis = checked_basis(basis, "basis")
        note = text(note, "note", most=MOST_TEXT)
        self._must_be(RmaState.REVIEW)
        self.decision_note = note
        outcome = RmaState.APPROVED if approve else RmaState.REJECTED
        return self._move(Step.DECIDED, outcome, at, note, basis)

    def receive(self, location_id: LocationId, plant_id: PlantId, *, at: datetime) -> Change:
        """The parcel is at `location_id`, a location of `plant_id`. Raises WrongState."""
        self._must_be(RmaState.APPROVED)
        self.location_id, self.location_plant_id = location_id, plant_id
        return self._move(Step.RECEIVED, RmaState.RECEIVED, at)

    def inspect(self, accept: bool, lines: Sequence[InspectedLine], *, at: datetime) -> Change:
        """The verdict on the goods. Refused goods go back to the customer as they came: they have
        no disposition. Raises WrongState, NotForRefused or what `check_cover` raises."""
        self._must_be(RmaState.RECEIVED)
        if not accept and lines:
            raise NotForRefused()
        self.inspected = check_cover(self.lines, lines) if accept else ()
        outcome = RmaState.ACCEPTED if accept else RmaState.REFUSED
        return self._move(Step.INSPECTED, outcome, at)

    @property
    def aggregate(self) -> str:
        return f"rma:{self.id}"

    def _must_be(self, state: RmaState) -> None:
        if self.state is not state:
            raise WrongState(
                f"This return is {self.state}; it must be {state} for this.",
                f"退货单状态为 {self.state}，须为 {state} 才能执行此操作",
            )

    def _move(
        self, step: Step, to: RmaState, at: datetime, note: str = "", basis: Basis | None = None
    ) -> Change:
        change = Change(step, self.state, to, note, basis)
        self.state, self.updated_at = to, at
        self.version += 1
        return change


def _refuse_over_quantity(lines: Sequence[ReturnLine], eligibility: EligibilityView) -> None:
    positions = {line.line_no: index for index, line in enumerate(lines)}
    for reason in eligibility.reasons:
        if reason.code is EligibilityCode.QUANTITY and not reason.passed:
            assert reason.line_no is not None
            field = f"lines.{positions[reason.line_no]}.quantity"
            raise OverQuantity(reason.en, reason.zh, field=field)


def _returned(order: DeliveredOrder, lines: Sequence[ReturnLine]) -> tuple[RmaLineView, ...]:
    wanted = {line.line_no: line.quantity for line in lines}
    return tuple(
        RmaLineView(
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            unit=line.unit,
            quantity=wanted[line.line_no],
            custom=line.custom,
        )
        for line in order.lines
        if line.line_no in wanted
    )

from datetime import timedelta

import pytest
from hedgerow.contracts.fields import BadText, BasisRequired
from hedgerow.contracts.rma import Disposition, RmaState
from hedgerow.contracts.values import Basis, RmaId, new_id
from hedgerow_rma.domain.eligibility import assess
from hedgerow_rma.domain.inspection import NotForRefused
from hedgerow_rma.domain.rma import Change, OverQuantity, Rma, Step, WrongState
from rma.makers import (
    LETTER,
    NINGBO,
    NINGBO_STORE,
    REVIEW_RECORD,
    delivered_line,
    delivered_order,
    fate,
    lines_of,
)
from worlds import NOON

LATER = NOON + timedelta(hours=3)


def rma(state=RmaState.APPROVED, *, reason="规格不符", quantities=None, coming_back=None):
    order = delivered_order(delivered_line(1), delivered_line(2, custom=True))
    lines = lines_of(quantities or {1: "2"})
    made, change = Rma.request(
        RmaId(new_id()),
        order,
        lines,
        reason,
        assess(order, lines, coming_back or {}, at=NOON),
        LETTER,
        number="RMA20260329-0001",
        by="clerk",
        at=NOON,
    )
    assert change == Change(Step.REQUESTED, None, made.state, basis=LETTER)
    made.state = state
    return made


def test_a_request_keeps_the_lines_as_they_were_delivered():
    made = rma(quantities={2: "1", 1: "2"})

    assert [(line.line_no, line.sku, str(line.quantity), line.custom) for line in made.lines] == [
        (1, "SKU-1", "2", False),
        (2, "SKU-2", "1", True),
    ]
    assert made.version == 1


def test_more_than_was_delivered_is_no_return_at_all():
    with pytest.raises(OverQuantity, match="6 wanted, 5 of 5 件") as refused:
        rma(quantities={2: "1", 1: "6"})

    assert refused.value.field == "lines.1.quantity"


@pytest.mark.parametrize("reason", ["", "  ", "a\0b", "\ud83d", "长" * 501])
def test_a_request_needs_a_reason_that_can_be_stored(reason):
    with pytest.raises(BadText) as refused:
        rma(reason=reason)

    assert refused.value.field == "reason"


def test_a_reason_loses_the_space_around_it():
    assert rma(reason=" 划痕 \n").reason == "划痕"


@pytest.mark.parametrize(
    ("approve", "state"), [(True, RmaState.APPROVED), (False, RmaState.REJECTED)]
)
def test_a_person_decides_a_return_in_review(approve, state):
    made = rma(RmaState.REVIEW)

    change = made.decide(approve, "样品可复用", REVIEW_RECORD, at=LATER)

    assert change == Change(Step.DECIDED, RmaState.REVIEW, state, "样品可复用", REVIEW_RECORD)
    assert (made.state, made.decision_note, made.updated_at) == (state, "样品可复用", LATER)
    assert made.version == 2


def test_a_decision_without_a_note_is_refused():
    made = rma(RmaState.REVIEW)

    with pytest.raises(BadText) as refused:
        made.decide(True, " ", REVIEW_RECORD, at=LATER)

    assert refused.value.field == "note"
    assert (made.state, made.version) == (RmaState.REVIEW, 1)


@pytest.mark.parametrize("ref", ["", " "])
def test_a_decision_without_a_basis_is_refused(ref):
    made = rma(RmaState.REVIEW)

    with pytest.raises(BasisRequired) as refused:
        made.decide(True, "好", Basis("REVIEW_RECORD", ref), at=LATER)

    assert refused.value.field == "basis.ref"
    assert (made.state, made.decision_note, made.version) == (RmaState.REVIEW, "", 1)


def test_goods_are_received_and_accepted():
    made = rma()

    received = made.receive(NINGBO_STORE, NINGBO, at=LATER)
    accepted = made.inspect(True, [fate(1, "2", Disposition.RESTOCKED)], at=LATER)

    assert received == Change(Step.RECEIVED, RmaState.APPROVED, RmaState.RECEIVED)
    assert accepted == Change(Step.INSPECTED, RmaState.RECEIVED, RmaState.ACCEPTED)
    assert (made.location_id, made.location_plant_id) == (NINGBO_STORE, NINGBO)
    assert made.inspected == (fate(1, "2", Disposition.RESTOCKED),)
    assert made.version == 3


def test_refused_goods_go_back_whole_and_have_no_disposition():
    made = rma(RmaState.RECEIVED)

    with pytest.raises(NotForRefused):
        made.inspect(False, [fate(1, "2", Disposition.NOT_RESTOCKED)], at=LATER)
    made.inspect(False, [], at=LATER)

    assert made.state is RmaState.REFUSED
    assert made.inspected == ()


STEPS = {
    RmaState.REVIEW: lambda rma: rma.decide(True, "好", REVIEW_RECORD, at=LATER),
    RmaState.APPROVED: lambda rma: rma.receive(NINGBO_STORE, NINGBO, at=LATER),
    RmaState.RECEIVED: lambda rma: rma.inspect(False, [], at=LATER),
}


@pytest.mark.parametrize("needed", STEPS)
@pytest.mark.parametrize("state", RmaState)
def test_a_step_is_taken_from_its_own_state_only(needed, state):
    made = rma(state)
    if state is needed:
        STEPS[needed](made)
        assert made.version == 2
        return

    with pytest.raises(WrongState, match=f"is {state}; it must be {needed}"):
        STEPS[needed](made)

    assert (made.state, made.version, made.updated_at) == (state, 1, NOON)

from datetime import timedelta

import pytest
from hedgerow.contracts.fields import BadText, BasisRequired
from hedgerow.contracts.orders import Milestone, OrderState, OrderStep, Sourcing
from hedgerow.contracts.values import Basis, DecisionId, OrderId, PlantId, new_id
from hedgerow_orders.domain.change import Change, ChangeKind
from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.refusals import (
    KitLockPending,
    NotCancellable,
    NotReserved,
    SignerRequired,
    StaleVersion,
    StepOutOfOrder,
)
from worlds import NOON

NINGBO, SUZHOU = PlantId(new_id()), PlantId(new_id())
DECISION = DecisionId(new_id())
LATER = NOON + timedelta(hours=1)
ME = {"by": "lin", "at": LATER}
LETTER = Basis("LETTER", "2026-17")
STEPS = {
    OrderStep.LOCK_KIT: lambda order: order.request_kit_lock(**ME),
    OrderStep.DISPATCH: lambda order: order.dispatch(**ME),
    OrderStep.RELEASE_QUALITY: lambda order: order.release_quality(**ME),
    OrderStep.SIGN: lambda order: order.sign("王强", **ME),
}


def pending() -> Order:
    return Order.submit(OrderId(new_id()), "HY20260329-0001", by="lin", at=NOON)


def reserved() -> Order:
    order = pending()
    assert order.reserve(NINGBO, DECISION, **ME)
    return order


def kit_locked() -> Order:
    order = reserved()
    order.request_kit_lock(**ME)
    assert order.confirm_kit(**ME)
    return order


def in_production() -> Order:
    order = kit_locked()
    order.dispatch(**ME)
    return order


def released() -> Order:
    order = in_production()
    order.release_quality(**ME)
    return order


def signed() -> Order:
    order = released()
    order.sign("王强", **ME)
    return order


def cancelled() -> Order:
    order = reserved()
    order.cancel(LETTER, **ME)
    return order


IN_STATE = {
    OrderState.PENDING_REVIEW: reserved,
    OrderState.KIT_LOCKED: kit_locked,
    OrderState.IN_PRODUCTION: in_production,
    OrderState.QUALITY_RELEASED: released,
    OrderState.SIGNED: signed,
    OrderState.CANCELLED: cancelled,
}
ALLOWED = {
    (OrderState.PENDING_REVIEW, OrderStep.LOCK_KIT),
    (OrderState.KIT_LOCKED, OrderStep.DISPATCH),
    (OrderState.IN_PRODUCTION, OrderStep.RELEASE_QUALITY),
    (OrderState.QUALITY_RELEASED, OrderStep.SIGN),
}


def test_an_order_passes_its_states_and_milestones_one_change_at_a_time():
    order = signed()

    assert [(each.version, each.kind, each.to_state) for each in order.changes] == [
        (1, ChangeKind.SUBMITTED, OrderState.PENDING_REVIEW),
        (2, ChangeKind.RESERVED, OrderState.PENDING_REVIEW),
        (3, ChangeKind.KIT_LOCK_REQUESTED, OrderState.PENDING_REVIEW),
        (4, ChangeKind.KIT_LOCKED, OrderState.KIT_LOCKED),
        (5, ChangeKind.DISPATCHED, OrderState.IN_PRODUCTION),
        (6, ChangeKind.QUALITY_RELEASED, OrderState.QUALITY_RELEASED),
        (7, ChangeKind.DELIVERED, OrderState.SIGNED),
    ]
    assert order.version == 7
    assert order.milestones == (
        Milestone.CAPTURED,
        Milestone.CONFIRMED,
        Milestone.ALLOCATED,
        Milestone.IN_PRODUCTION,
        Milestone.QUALITY_RELEASED,
        Milestone.DELIVERED,
    )
    assert (order.signer, order.delivered_at, order.updated_at) == ("王强", LATER, LATER)


@pytest.mark.parametrize("state", list(IN_STATE))
@pytest.mark.parametrize("step", list(STEPS))
def test_no_step_can_be_skipped_or_taken_twice(state, step):
    order = IN_STATE[state]()
    version = order.version

    if (state, step) in ALLOWED:
        STEPS[step](order)
        assert order.version == version + 1
        return
    with pytest.raises(StepOutOfOrder, match=state):
        STEPS[step](order)
    assert (order.state, order.version) == (state, version)


def test_a_kit_lock_changes_no_state_until_it_is_confirmed():
    order = reserved()

    order.request_kit_lock(**ME)

    assert (order.state, order.kit_lock_pending) == (OrderState.PENDING_REVIEW, True)
    assert order.milestones == (Milestone.CAPTURED,)


def test_a_second_kit_lock_waits_for_the_answer_to_the_first():
    order = reserved()
    order.request_kit_lock(**ME)

    with pytest.raises(KitLockPending):
        order.request_kit_lock(**ME)

    assert order.version == 3


def test_a_kit_can_be_asked_for_again_after_it_was_refused():
    order = reserved()
    order.request_kit_lock(**ME)

    assert order.refuse_kit((), **ME)
    order.request_kit_lock(**ME)

    assert (order.state, order.kit_lock_pending) == (OrderState.PENDING_REVIEW, True)


@pytest.mark.parametrize("sourcing", [Sourcing.PENDING, Sourcing.SHORT, Sourcing.UNROUTABLE])
def test_a_kit_cannot_be_locked_without_stock(sourcing):
    order = pending()
    if sourcing is Sourcing.SHORT:
        order.fall_short(NINGBO, DECISION, (), **ME)
    if sourcing is Sourcing.UNROUTABLE:
        order.leave_unrouted(DECISION, "OUT_OF_RANGE", **ME)

    with pytest.raises(NotReserved, match=sourcing) as refused:
        order.request_kit_lock(**ME)

    assert refused.value.code == "GUARD_FAILED"
    assert not order.kit_lock_pending


@pytest.mark.parametrize("make", [pending, reserved, kit_locked])
def test_an_order_can_be_cancelled_until_production_starts(make):
    order = make()
    reached = order.milestones

    order.cancel(LETTER, **ME)

    assert (order.state, order.sourcing) == (OrderState.CANCELLED, Sourcing.RELEASED)
    assert order.milestones == (*reached, Milestone.CANCELLED)
    assert order.cancellation == LETTER
    assert order.changes[-1].basis == LETTER


@pytest.mark.parametrize("make", [in_production, released, signed, cancelled])
def test_an_order_in_production_or_later_cannot_be_cancelled_nor_twice(make):
    order = make()
    before = (order.state, order.version, order.cancellation)

    with pytest.raises(NotCancellable):
        order.cancel(Basis("LETTER", "2026-18"), **ME)

    assert (order.state, order.version, order.cancellation) == before


@pytest.mark.parametrize(
    ("basis", "field"),
    [
        (Basis("LETTER", ""), "basis.ref"),
        (Basis("LETTER", " \t"), "basis.ref"),
        (Basis("", "2026-17"), "basis.type"),
    ],
)
def test_a_cancellation_needs_its_whole_basis(basis, field):
    order = reserved()

    with pytest.raises(BasisRequired) as refused:
        order.cancel(basis, **ME)

    assert (refused.value.code, refused.value.field) == ("BASIS_REQUIRED", field)
    assert (order.state, order.version) == (OrderState.PENDING_REVIEW, 2)


def test_a_note_that_cannot_be_stored_is_refused():
    with pytest.raises(BadText):
        reserved().cancel(Basis("LETTER", "17", "\0"), **ME)


def test_answers_to_a_cancelled_order_come_too_late():
    order = reserved()
    order.request_kit_lock(**ME)
    order.cancel(LETTER, **ME)

    assert not order.confirm_kit(**ME)
    assert not order.refuse_kit((), **ME)
    assert not order.reserve(NINGBO, DECISION, **ME)
    assert not order.fall_short(NINGBO, DECISION, (), **ME)
    assert not order.leave_unrouted(DECISION, "NO_PLANT", **ME)
    assert (order.state, order.version) == (OrderState.CANCELLED, 4)


@pytest.mark.parametrize("make", [reserved, kit_locked, signed])
def test_an_order_that_has_its_stock_keeps_its_plant(make):
    order = make()
    version = order.version

    assert not order.reserve(SUZHOU, DECISION, **ME)
    assert not order.fall_short(SUZHOU, DECISION, (), **ME)
    assert not order.leave_unrouted(DECISION, "NO_PLANT", **ME)
    assert (order.plant_id, order.sourcing, order.version) == (NINGBO, Sourcing.RESERVED, version)


def test_an_order_that_fell_short_may_be_reserved_later_and_elsewhere():
    order = pending()
    order.fall_short(NINGBO, DECISION, (), **ME)

    assert order.reserve(SUZHOU, DECISION, **ME)

    assert (order.plant_id, order.sourcing) == (SUZHOU, Sourcing.RESERVED)


def test_an_order_without_a_plant_may_find_one_later_but_not_lose_one():
    order = pending()
    order.leave_unrouted(DECISION, "OUT_OF_RANGE", **ME)
    assert (order.sourcing, order.unroutable) == (Sourcing.UNROUTABLE, "OUT_OF_RANGE")

    assert order.fall_short(NINGBO, DECISION, (), **ME)
    assert not order.leave_unrouted(DECISION, "NO_PLANT", **ME)

    assert (order.sourcing, order.plant_id, order.unroutable) == (Sourcing.SHORT, NINGBO, "")


@pytest.mark.parametrize("signer", ["", "  "])
def test_goods_are_signed_for_by_somebody(signer):
    order = released()

    with pytest.raises(SignerRequired) as refused:
        order.sign(signer, **ME)

    assert (refused.value.code, refused.value.field) == ("SIGNER_REQUIRED", "signer")
    assert (order.state, order.delivered_at) == (OrderState.QUALITY_RELEASED, None)


def test_who_read_an_older_version_is_told_the_present_one():
    order = reserved()
    order.expect(None)
    order.expect(2)

    with pytest.raises(StaleVersion, match="version 2"):
        order.expect(1)


def test_a_change_says_who_made_it_when_and_from_which_state():
    order = kit_locked()
    order.changes.clear()

    order.dispatch(by="chen", at=LATER)

    assert order.changes == [
        Change(
            version=5,
            kind=ChangeKind.DISPATCHED,
            at=LATER,
            by="chen",
            from_state=OrderState.KIT_LOCKED,
            to_state=OrderState.IN_PRODUCTION,
            basis=None,
        )
    ]

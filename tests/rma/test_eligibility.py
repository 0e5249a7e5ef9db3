from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.contracts.fields import BadQuantity
from hedgerow.contracts.rma import EligibilityCode, ReturnLine, RmaState
from hedgerow_rma.domain.eligibility import (
    LineRepeated,
    LineUnknown,
    NoLines,
    assess,
    checked_lines,
)
from rma.makers import delivered_line, delivered_order, lines_of
from worlds import NOON

MICROSECOND = timedelta(microseconds=1)
WEEK = timedelta(days=7)


def outcome(order, quantities, *, coming_back=None, at=NOON):
    return assess(order, lines_of(quantities), coming_back or {}, at=at)


def failed(view):
    return [(reason.code, reason.line_no) for reason in view.reasons if not reason.passed]


def test_regular_goods_within_the_period_are_approved():
    view = outcome(delivered_order(), {1: "5"})

    assert view.outcome is RmaState.APPROVED
    assert [(r.code, r.line_no, r.passed) for r in view.reasons] == [
        (EligibilityCode.WITHIN_PERIOD, None, True),
        (EligibilityCode.NOT_CUSTOM, 1, True),
        (EligibilityCode.QUANTITY, 1, True),
    ]


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(0), RmaState.APPROVED),
        (WEEK - MICROSECOND, RmaState.APPROVED),
        (WEEK, RmaState.APPROVED),
        (WEEK + MICROSECOND, RmaState.REJECTED),
    ],
)
def test_the_seventh_day_counts_to_its_last_microsecond(after, state):
    assert outcome(delivered_order(), {1: "1"}, at=NOON + after).outcome is state


def test_a_late_return_says_when_the_period_ended_in_both_languages():
    view = outcome(delivered_order(), {1: "1"}, at=NOON + WEEK + MICROSECOND)

    assert failed(view) == [(EligibilityCode.WITHIN_PERIOD, None)]
    assert view.reasons[0].en == (
        "Delivered 2026-03-29 12:00:00 UTC; the 7 days for a return ended 2026-04-05 12:00:00 UTC."
    )
    assert view.reasons[0].zh == (
        "签收于 2026-03-29 12:00:00 UTC，7 天退货期已于 2026-04-05 12:00:00 UTC 结束"
    )


def test_custom_goods_need_a_review_and_the_reason_names_their_line():
    order = delivered_order(delivered_line(1), delivered_line(2, custom=True))

    view = outcome(order, {1: "1", 2: "1"})

    assert view.outcome is RmaState.REVIEW
    assert failed(view) == [(EligibilityCode.NOT_CUSTOM, 2)]
    assert view.reasons[3].zh == "第 2 行为定制品，须人工审核"


def test_custom_goods_that_stay_do_not_hold_up_the_others():
    order = delivered_order(delivered_line(1), delivered_line(2, custom=True))

    assert outcome(order, {1: "1"}).outcome is RmaState.APPROVED


def test_late_custom_goods_are_rejected_not_reviewed():
    order = delivered_order(delivered_line(1, custom=True))

    assert outcome(order, {1: "1"}, at=NOON + WEEK * 2).outcome is RmaState.REJECTED


def test_what_is_coming_back_already_cannot_come_back_again():
    order = delivered_order(delivered_line(1, "5"))

    all_that_is_left = outcome(order, {1: "2"}, coming_back={1: Decimal(3)})
    too_much = outcome(order, {1: "2.000001"}, coming_back={1: Decimal(3)})

    assert all_that_is_left.outcome is RmaState.APPROVED
    assert too_much.outcome is RmaState.REJECTED
    assert failed(too_much) == [(EligibilityCode.QUANTITY, 1)]
    assert too_much.reasons[2].en == "Line 1: 2.000001 wanted, 2 of 5 件 can still come back."


def test_a_return_names_known_lines_once_each():
    order = delivered_order(delivered_line(1), delivered_line(2))

    with pytest.raises(NoLines) as none:
        checked_lines(order, ())
    with pytest.raises(LineUnknown) as unknown:
        checked_lines(order, lines_of({1: "1", 3: "1"}))
    with pytest.raises(LineRepeated) as repeated:
        checked_lines(order, (ReturnLine(2, Decimal(1)), ReturnLine(2, Decimal(1))))

    assert none.value.field == "lines"
    assert unknown.value.field == "lines.1.line_no"
    assert repeated.value.field == "lines.1.line_no"


@pytest.mark.parametrize(
    "quantity",
    ["0", "-1", "NaN", "sNaN", "Infinity", "-Infinity", "1E+12", "1E+999999", "0.0000001"],
)
def test_a_quantity_that_cannot_be_one_is_refused_with_its_place(quantity):
    with pytest.raises(BadQuantity) as refused:
        checked_lines(delivered_order(), lines_of({1: quantity}))

    assert refused.value.field == "lines.0.quantity"


def test_a_quantity_is_kept_without_an_exponent():
    order = delivered_order(delivered_line(1, "5000"))

    (line,) = checked_lines(order, lines_of({1: "1E+3"}))

    assert str(line.quantity) == "1000"

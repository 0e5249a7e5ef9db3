"""May these goods come back? Every test is made and listed, also those that pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hedgerow.contracts.fields import positive, tidy
from hedgerow.contracts.orders import DeliveredLine
from hedgerow.contracts.rma import (
    EligibilityCode,
    EligibilityReason,
    EligibilityView,
    ReturnLine,
    RmaState,
)
from hedgerow.errors import Invalid

from .delivered_order import DeliveredOrder

RETURN_PERIOD = timedelta(days=7)


class NoLines(Invalid):
    code = "RETURN_LINES_MISSING"


class LineUnknown(Invalid):
    code = "RETURN_LINE_UNKNOWN"


class LineRepeated(Invalid):
    code = "RETURN_LINE_REPEATED"


def checked_lines(order: DeliveredOrder, lines: Sequence[ReturnLine]) -> tuple[ReturnLine, ...]:
    """Each line is one of the order's, named once, with a quantity that can be one.

    Raises NoLines, LineUnknown, LineRepeated or BadQuantity, naming the line.
    """
    if not lines:
        raise NoLines("A return needs at least one line.", "退货至少需要一行", field="lines")
    checked: dict[int, ReturnLine] = {}
    for index, line in enumerate(lines):
        if order.line(line.line_no) is None:
            raise LineUnknown(
                f"The order has no line {line.line_no}.",
                f"订单没有第 {line.line_no} 行",
                field=f"lines.{index}.line_no",
            )
        if line.line_no in checked:
            raise LineRepeated(
                f"Line {line.line_no} is named twice; give its whole quantity once.",
                f"第 {line.line_no} 行重复，请合并数量",
                field=f"lines.{index}.line_no",
            )
        amount = positive(line.quantity, f"lines.{index}.quantity")
        checked[line.line_no] = ReturnLine(line.line_no, amount)
    return tuple(checked.values())


def assess(
    order: DeliveredOrder,
    lines: Sequence[ReturnLine],
    coming_back: Mapping[int, Decimal],
    *,
    at: datetime,
) -> EligibilityView:
    """The outcome and all tests: the period of the order, then each line's.

    lines        as `checked_lines` returns them
    coming_back  by line number, what other returns of the order already hold
    """
    reasons = [_period(order, at)]
    for wanted in lines:
        line = order.line(wanted.line_no)
        assert line is not None
        left = line.quantity - coming_back.get(line.line_no, Decimal(0))
        reasons += [_not_custom(line), _quantity(line, wanted.quantity, left)]
    return EligibilityView(outcome=_outcome(reasons), reasons=tuple(reasons))


def _outcome(reasons: Sequence[EligibilityReason]) -> RmaState:
    failed = {reason.code for reason in reasons if not reason.passed}
    if failed - {EligibilityCode.NOT_CUSTOM}:
        return RmaState.REJECTED
    return RmaState.REVIEW if failed else RmaState.APPROVED


def _period(order: DeliveredOrder, at: datetime) -> EligibilityReason:
    """Seven days, the last microsecond included."""
    end = order.delivered_at + RETURN_PERIOD
    passed = at <= end
    days = RETURN_PERIOD.days
    delivered, until = f"{order.delivered_at:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}"
    return EligibilityReason(
        code=EligibilityCode.WITHIN_PERIOD,
        passed=passed,
        line_no=None,
        en=f"Delivered {delivered} UTC; the {days} days for a return "
        f"{'end' if passed else 'ended'} {until} UTC.",
        zh=f"签收于 {delivered} UTC，{days} 天退货期"
        f"{'截至' if passed else '已于'} {until} UTC{'' if passed else ' 结束'}",
    )


def _not_custom(line: DeliveredLine) -> EligibilityReason:
    no = line.line_no
    return EligibilityReason(
        code=EligibilityCode.NOT_CUSTOM,
        passed=not line.custom,
        line_no=no,
        en=f"Line {no} was made for this customer: a person must decide."
        if line.custom
        else f"Line {no} is not made to order.",
        zh=f"第 {no} 行为定制品，须人工审核" if line.custom else f"第 {no} 行不是定制品",
    )


def _quantity(line: DeliveredLine, wanted: Decimal, left: Decimal) -> EligibilityReason:
    no = line.line_no
    return EligibilityReason(
        code=EligibilityCode.QUANTITY,
        passed=wanted <= left,
        line_no=no,
        en=f"Line {no}: {tidy(wanted)} wanted, {tidy(left)} of {tidy(line.quantity)} "
        f"{line.unit} can still come back.",
        zh=f"第 {no} 行：申请 {tidy(wanted)}，"
        f"共 {tidy(line.quantity)} {line.unit}，尚可退 {tidy(left)}",
    )

"""What an inspector writes down: every returned unit has exactly one fate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hedgerow.contracts.fields import positive, tidy
from hedgerow.contracts.rma import Disposition, InspectedLine, RmaLineView
from hedgerow.errors import Invalid

from .eligibility import LineRepeated, LineUnknown


class NotCovered(Invalid):
    """The inspected quantities of a line are not the quantity that was to come back."""

    code = "INSPECTION_INCOMPLETE"


class NotForRefused(Invalid):
    code = "INSPECTION_LINES_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__(
            "Refused goods go back to the customer and change no stock: give no lines.",
            "拒收的货物退回客户，不影响库存，不应填写明细行",
            field="lines",
        )


def check_cover(
    returned: Sequence[RmaLineView], inspected: Sequence[InspectedLine]
) -> tuple[InspectedLine, ...]:
    """Of each returned line, the whole quantity and no more; a fate at most once a line.

    Raises LineUnknown, LineRepeated, BadQuantity or NotCovered.
    """
    totals = {line.line_no: Decimal(0) for line in returned}
    checked: dict[tuple[int, Disposition], InspectedLine] = {}
    for index, part in enumerate(inspected):
        if part.line_no not in totals:
            raise LineUnknown(
                f"The return has no line {part.line_no}.",
                f"退货单没有第 {part.line_no} 行",
                field=f"lines.{index}.line_no",
            )
        if (part.line_no, part.disposition) in checked:
            raise LineRepeated(
                f"Line {part.line_no} is {part.disposition} twice; give the sum once.",
                f"第 {part.line_no} 行的 {part.disposition} 重复，请合并数量",
                field=f"lines.{index}.disposition",
            )
        amount = positive(part.quantity, f"lines.{index}.quantity")
        totals[part.line_no] += amount
        checked[part.line_no, part.disposition] = InspectedLine(
            part.line_no, amount, part.disposition
        )
    for line in returned:
        if totals[line.line_no] != line.quantity:
            got, due = tidy(totals[line.line_no]), tidy(line.quantity)
            raise NotCovered(
                f"Line {line.line_no}: {got} inspected, {due} {line.unit} were to come back; "
                "write what was not in the parcel as MISSING.",
                f"第 {line.line_no} 行：已检 {got}，应退 {due} {line.unit}；包裹中没有的请记为 MISSING",
                field="lines",
            )
    return tuple(checked.values())

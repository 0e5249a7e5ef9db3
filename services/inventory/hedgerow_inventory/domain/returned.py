"""What of an inspected return has an effect on stock."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.contracts.rma import DisposedLine, Disposition
from hedgerow.contracts.values import Line

from .stock import ZERO


def came_back(lines: Sequence[DisposedLine]) -> list[DisposedLine]:
    """Without the units that were missing from the parcel."""
    return [line for line in lines if line.disposition is not Disposition.MISSING]


def by_line(lines: Sequence[DisposedLine]) -> tuple[Line, ...]:
    """The parts of each order line added up, whatever their fate; in the order of the lines."""
    whole: dict[int, Line] = {}
    for part in sorted(lines, key=lambda part: part.line_no):
        so_far = whole[part.line_no].quantity if part.line_no in whole else ZERO
        whole[part.line_no] = Line(part.line_no, part.sku, so_far + part.quantity)
    return tuple(whole.values())

"""Checks of input fields that only routing has. See hedgerow.contracts.fields for the others."""

from __future__ import annotations

from hedgerow.contracts.fields import one_line
from hedgerow.errors import Invalid

NAME_LENGTH = 100
MOST_PRIORITY = 1_000_000


class BadPriority(Invalid):
    code = "PRIORITY_INVALID"


def name(value: str, field: str) -> str:
    """One line of 1 to 100 characters. Raises BadText."""
    return one_line(value, field, most=NAME_LENGTH)


def priority(value: int, field: str) -> int:
    if not -MOST_PRIORITY <= value <= MOST_PRIORITY:
        raise BadPriority(
            f"A priority lies between -{MOST_PRIORITY} and {MOST_PRIORITY}.",
            f"优先级须在 -{MOST_PRIORITY} 到 {MOST_PRIORITY} 之间",
            field=field,
        )
    return value

"""Checks of single input fields: each gives the value back, or says what is wrong with it.

`field` is the dotted path of the value in its message, with list positions from 0.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

from hedgerow.errors import Invalid

NAME_LENGTH = 100
MOST_PRIORITY = 1_000_000

# What PostgreSQL refuses (NUL, half of a surrogate pair), what breaks a line, and what turns the
# writing direction of the text behind it.
_UNFIT = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CODE = re.compile("[A-Z0-9][A-Z0-9-]{0,39}")


class BadText(Invalid):
    code = "TEXT_INVALID"


class BadCode(Invalid):
    code = "CODE_INVALID"


class BadPriority(Invalid):
    code = "PRIORITY_INVALID"


class GivenTwice(Invalid):
    code = "GIVEN_TWICE"


def name(value: str, field: str) -> str:
    """One line of 1 to 100 characters. Blanks at its ends are taken off."""
    value = value.strip()
    if not 1 <= len(value) <= NAME_LENGTH or _UNFIT.search(value):
        raise BadText(
            f"This takes one line of 1 to {NAME_LENGTH} characters.",
            f"此项须为一行 1 至 {NAME_LENGTH} 个字符的文本",
            field=field,
        )
    return value


def code(value: str, field: str) -> str:
    """1 to 40 upper-case letters, digits and dashes."""
    if not _CODE.fullmatch(value):
        raise BadCode(
            "A code is 1 to 40 upper-case letters, digits and dashes, and starts with no dash.",
            "编码须为 1 至 40 个大写字母、数字或连字符，且不以连字符开头",
            field=field,
        )
    return value


def priority(value: int, field: str) -> int:
    if not -MOST_PRIORITY <= value <= MOST_PRIORITY:
        raise BadPriority(
            f"A priority lies between -{MOST_PRIORITY} and {MOST_PRIORITY}.",
            f"优先级须在 -{MOST_PRIORITY} 到 {MOST_PRIORITY} 之间",
            field=field,
        )
    return value


def each_once(values: Iterable[Hashable], field: str) -> None:
    """Raises GivenTwice, naming the position of the second."""
    seen: set[Hashable] = set()
    for position, value in enumerate(values):
        if value in seen:
            raise GivenTwice(
                "This was given twice.", "此项重复", field=f"{field}.{position}", detail=str(value)
            )
        seen.add(value)

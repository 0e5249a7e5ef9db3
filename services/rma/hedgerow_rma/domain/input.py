"""What people type, made safe before anything is decided with it."""

from __future__ import annotations

from decimal import Decimal

from hedgerow.errors import Invalid

MAX_TEXT = 500
QUANTITY_LIMIT = Decimal(10) ** 12
QUANTITY_PLACES = 6


class BadText(Invalid):
    code = "TEXT_INVALID"


class BadQuantity(Invalid):
    code = "QUANTITY_INVALID"


def text(given: str, *, field: str) -> str:
    """`given` without the white space around it: 1 to 500 characters that can be stored.

    Raises BadText.
    """
    if "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise BadText(
            "The text holds a character that is not allowed.", "文本包含不允许的字符", field=field
        )
    stripped = given.strip()
    if not 1 <= len(stripped) <= MAX_TEXT:
        raise BadText(
            f"A text of 1 to {MAX_TEXT} characters is needed.",
            f"须填写 1 至 {MAX_TEXT} 个字符",
            field=field,
        )
    return stripped


def quantity(given: Decimal, *, field: str) -> Decimal:
    """`given` in plain notation: above zero, below 10^12, at most 6 decimal places.

    Raises BadQuantity.
    """
    exponent = given.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or not 0 < given < QUANTITY_LIMIT
        or exponent < -QUANTITY_PLACES
    ):
        raise BadQuantity(
            f"A quantity above 0 and below 10^12 with at most {QUANTITY_PLACES} decimal places "
            "is needed.",
            f"数量须大于 0、小于 10^12，且最多 {QUANTITY_PLACES} 位小数",
            field=field,
        )
    return Decimal(plain(given))


def plain(number: Decimal) -> str:
    """Without an exponent: 1000, not 1E+3."""
    return format(number, "f")

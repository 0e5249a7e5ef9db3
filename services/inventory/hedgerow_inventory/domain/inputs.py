"""What may come in from outside: text that can be stored, quantities that can be counted, times
that can be compared. Every refusal names the field."""

from __future__ import annotations

from collections.abc import Sized
from datetime import UTC, datetime
from decimal import Decimal
from unicodedata import category

from hedgerow.errors import Invalid

SKU_LENGTH = 64
TEXT_LENGTH = 200
REASON_LENGTH = 500
MOST_LINES = 200
_LIMIT = Decimal(10) ** 12
_STEP = Decimal("0.000001")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_YEARS = range(2000, 2200)


class BadText(Invalid):
    code = "TEXT_INVALID"


class BadQuantity(Invalid):
    code = "QUANTITY_INVALID"


class BadTime(Invalid):
    code = "TIME_INVALID"


class BadCount(Invalid):
    code = "COUNT_INVALID"


def storable(value: str, field: str) -> str:
    """Raises BadText for what PostgreSQL cannot hold: NUL and half of a surrogate pair."""
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadText(
            "This text contains characters that cannot be stored.",
            "文本包含无法存储的字符",
            field=field,
        )
    return value


def named(value: str, field: str, *, most: int = TEXT_LENGTH) -> str:
    """One line of text, 1 to `most` characters, no space at either end. Raises BadText."""
    storable(value, field)
    if not 1 <= len(value) <= most or value != value.strip() or any(map(_steers, value)):
        raise BadText(
            f"One line of 1 to {most} characters is needed, with no space at either end.",
            f"需要一行 1 至 {most} 个字符的文本，首尾不能有空格",
            field=field,
        )
    return value


def _steers(character: str) -> bool:
    """Control characters, line ends, and what turns the direction of writing around."""
    return category(character) in {"Cc", "Zl", "Zp"} or character in _BIDI


def positive(value: Decimal, field: str) -> Decimal:
    """Greater than 0. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value > 0, "greater than 0", "大于 0")


def not_negative(value: Decimal, field: str) -> Decimal:
    """0 or more. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value >= 0, "0 or more", "不小于 0")


def not_zero(value: Decimal, field: str) -> Decimal:
    """Either sign. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value != 0, "other than 0", "不等于 0")


def _quantity(value: Decimal, field: str, in_range: bool, en: str, zh: str) -> Decimal:
    if not in_range or abs(value) >= _LIMIT or value != value.quantize(_STEP):
        raise BadQuantity(
            f"A number {en}, below 1,000,000,000,000 and with at most 6 decimal places is needed.",
            f"需要{zh}、小于 1000000000000 且最多 6 位小数的数值",
            field=field,
        )
    return tidy(value)


def tidy(value: Decimal) -> Decimal:
    """The same number without zeros at its end: 105.00 is 105, 1E+2 is 100, -0 is 0."""
    short = value.normalize() + 0
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def instant(value: datetime, field: str) -> datetime:
    """In UTC; it must come with its offset, and lie in this century or the next. Raises BadTime."""
    if value.tzinfo is None or value.year not in _YEARS:
        raise BadTime(
            "A time with a UTC offset between the years 2000 and 2199 is needed.",
            "需要 2000 年至 2199 年之间、带时区偏移的时间",
            field=field,
        )
    return value.astimezone(UTC)


def counted(items: Sized, field: str, *, most: int = MOST_LINES) -> None:
    """1 to `most` of them. Raises BadCount."""
    if not 1 <= len(items) <= most:
        raise BadCount(f"1 to {most} entries are needed.", f"需要 1 至 {most} 项", field=field)

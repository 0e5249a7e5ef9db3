"""Checks of single input fields: each gives the value back, or says what is wrong with it.

What comes back is what to keep: texts without blanks at their ends, quantities in plain notation,
times in UTC. `field` is the dotted path of the value in its message, with list positions from 0.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sized
from datetime import UTC, datetime
from decimal import Decimal

from hedgerow.contracts.values import Basis, Money
from hedgerow.errors import Invalid

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

# Control characters, what turns the direction of writing around, and what PostgreSQL cannot hold:
# NUL, and half of a surrogate pair. A line holds no line ends either.
_NOT_IN_A_TEXT = re.compile(
    r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NOT_IN_A_LINE = re.compile(
    r"[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_CODE = re.compile("[A-Za-z0-9_-]{1,40}")
_CAPITALS = re.compile("[A-Z0-9][A-Z0-9-]{0,39}")
_CURRENCY = re.compile("[A-Z]{3}")
_BELOW = Decimal(10) ** 12
_STEP = Decimal("0.000001")
_CENTS = Decimal("0.01")
MOST_PERCENT = Decimal(1000)


class BadText(Invalid):
    code = "TEXT_INVALID"


class BadCode(Invalid):
    code = "CODE_INVALID"


class BadQuantity(Invalid):
    code = "QUANTITY_INVALID"


class BadPercent(Invalid):
    code = "PERCENT_INVALID"


class BadPrice(Invalid):
    code = "PRICE_INVALID"


class BadTime(Invalid):
    code = "TIME_INVALID"


class BasisRequired(Invalid):
    code = "BASIS_REQUIRED"


class BadCount(Invalid):
    code = "COUNT_INVALID"


class GivenTwice(Invalid):
    code = "GIVEN_TWICE"


def one_line(value: str, field: str, *, most: int, blank: bool = False) -> str:
    """1 to `most` characters, or none if it may be blank. Raises BadText."""
    return _text(value, field, most, blank, _NOT_IN_A_LINE, "one line", "一行")


def text(value: str, field: str, *, most: int, blank: bool = False) -> str:
    """The same, with line ends and tabs in it. Raises BadText."""
    return _text(value, field, most, blank, _NOT_IN_A_TEXT, "a text", "")


def _text(
    value: str, field: str, most: int, blank: bool, unfit: re.Pattern[str], en: str, zh: str
) -> str:
    kept = value.strip()
    if found := unfit.search(kept):
        point = f"U+{ord(found[0]):04X}"
        raise BadText(
            f"This holds a character that is not allowed: {point}.",
            f"此项包含不允许的字符：{point}",
            field=field,
        )
    least = 0 if blank else 1
    if not least <= len(kept) <= most:
        raise BadText(
            f"This takes {en} of {least} to {most} characters.",
            f"此项须为{zh} {least} 至 {most} 个字符的文本",
            field=field,
        )
    return kept


def code(value: str, field: str, *, capitals: bool = False) -> str:
    """1 to 40 ASCII letters, digits, dashes and underscores. With `capitals`: upper-case letters,
    digits and dashes, and no dash at the start. Raises BadCode."""
    if capitals and not _CAPITALS.fullmatch(value):
        raise BadCode(
            "A code is 1 to 40 upper-case letters, digits and dashes, and starts with no dash.",
            "编码须为 1 至 40 个大写字母、数字或连字符，且不以连字符开头",
            field=field,
        )
    if not _CODE.fullmatch(value):
        raise BadCode(
            "A code is 1 to 40 letters, digits, dashes and underscores.",
            "编码须为 1 至 40 个字母、数字、连字符或下划线",
            field=field,
        )
    return value


def positive(value: Decimal, field: str) -> Decimal:
    """Greater than 0. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value > 0, "greater than 0", "大于 0")


def not_negative(value: Decimal, field: str) -> Decimal:
    """0 or more. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value >= 0, "0 or more", "不小于 0")


def not_zero(value: Decimal, field: str) -> Decimal:
    """Either sign. Raises BadQuantity."""
    return _quantity(value, field, value.is_finite() and value != 0, "other than 0", "不等于 0")


def surplus_percent(value: Decimal, field: str) -> Decimal:
    """By how much more than something: 0 to 1000, with at most 2 decimal places. Raises
    BadPercent."""
    if not (value.is_finite() and 0 <= value <= MOST_PERCENT and value == value.quantize(_CENTS)):
        raise BadPercent(
            "A percentage from 0 to 1000 with at most 2 decimal places is needed.",
            "百分比须在 0 至 1000 之间，且最多 2 位小数",
            field=field,
        )
    return tidy(value)


def _quantity(value: Decimal, field: str, in_range: bool, en: str, zh: str) -> Decimal:
    if not (in_range and _countable(value)):
        raise BadQuantity(
            f"A number {en}, below 1,000,000,000,000 and with at most 6 decimal places is needed.",
            f"需要{zh}、小于 1000000000000 且最多 6 位小数的数值",
            field=field,
        )
    return tidy(value)


def _countable(value: Decimal) -> bool:
    return abs(value) < _BELOW and value == value.quantize(_STEP)


def tidy(value: Decimal) -> Decimal:
    """The same number without zeros at its end: 105.00 is 105, 1E+2 is 100, -0 is 0."""
    short = value.normalize() + 0
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def price(value: Money, field: str) -> Money:
    """0 or more, in a currency of three capitals. 12.50 stays 12.50. Raises BadPrice."""
    amount = value.amount
    if not (amount.is_finite() and amount >= 0 and _countable(amount)):
        raise BadPrice(
            "A price is a number from 0 to below 1,000,000,000,000 with at most 6 decimal places.",
            "价格须不小于 0、小于 1000000000000，且最多 6 位小数",
            field=f"{field}.amount",
        )
    if not _CURRENCY.fullmatch(value.currency):
        raise BadPrice(
            "A currency is three capital letters, such as CNY.",
            "币种须为三个大写字母，例如 CNY",
            field=f"{field}.currency",
        )
    return Money(Decimal(f"{amount + 0:f}"), value.currency)


def instant(value: datetime, field: str) -> datetime:
    """With its UTC offset, in the years 2000 to 2199; comes back in UTC. Raises BadTime."""
    if value.tzinfo is None or not EARLIEST <= value < LATEST:
        raise BadTime(
            "A time with a UTC offset in the years 2000 to 2199 is needed.",
            "需要 2000 年至 2199 年之间、带时区偏移的时间",
            field=field,
        )
    return value.astimezone(UTC)


def basis(value: Basis, field: str) -> Basis:
    """A type and the number of what it names; both are needed. Raises BasisRequired, BadText."""
    for name, given in (("ref", value.ref), ("type", value.type)):
        if not given.strip():
            raise BasisRequired(
                "This change needs its basis: what it rests on, and the number of that.",
                "此变更需要依据：依据类型及其编号",
                field=f"{field}.{name}",
            )
    return Basis(
        type=one_line(value.type, f"{field}.type", most=100),
        ref=one_line(value.ref, f"{field}.ref", most=100),
        note=text(value.note, f"{field}.note", most=2000, blank=True),
    )


def counted(items: Sized, field: str, *, most: int, least: int = 1) -> None:
    """`least` to `most` of them. Raises BadCount."""
    if not least <= len(items) <= most:
        raise BadCount(
            f"{least} to {most} entries are taken here.",
            f"此处须有 {least} 至 {most} 项",
            field=field,
        )


def each_once(values: Iterable[Hashable], field: str, *, of: str = "") -> None:
    """Raises GivenTwice, naming the second.

    field  of the list; of: the member of its entries that `values` are
    """
    met: set[Hashable] = set()
    for position, value in enumerate(values):
        if value in met:
            raise GivenTwice(
                "This was given twice.",
                "此项重复",
                field=f"{field}.{position}" + (f".{of}" if of else ""),
                detail=str(value),
            )
        met.add(value)

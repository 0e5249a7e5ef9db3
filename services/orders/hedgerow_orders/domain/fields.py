"""Checks of single input fields: each gives the value back, or says what is wrong with it.

`field` is the dotted path of the value in its message, with list positions from 0.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from hedgerow.contracts.values import Basis, Money
from hedgerow.errors import Invalid

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
BELOW = Decimal(10) ** 12
STEP = Decimal("0.000001")
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
_CURRENCY = re.compile("[A-Z]{3}")
_CODE = re.compile("[A-Za-z0-9_-]{1,40}")


class BadText(Invalid):
    code = "TEXT_INVALID"


class BadQuantity(Invalid):
    code = "QUANTITY_INVALID"


class BadPrice(Invalid):
    code = "PRICE_INVALID"


class BadTime(Invalid):
    code = "TIME_INVALID"


class BasisRequired(Invalid):
    code = "BASIS_REQUIRED"


def text(value: str, field: str, *, most: int, blank: bool = False) -> str:
    """At most `most` characters, nothing a database cannot hold; not blank unless it may be."""
    if not blank and not value.strip():
        raise BadText("This may not be empty.", "此项不能为空", field=field)
    if len(value) > most:
        raise BadText(
            f"This may have at most {most} characters.", f"此项最多 {most} 个字符", field=field
        )
    if _UNSTORABLE.search(value):
        raise BadText(
            "This holds a character that cannot be stored.", "此项包含无法存储的字符", field=field
        )
    return value


def code(value: str, field: str) -> str:
    """1 to 40 ASCII letters, digits, dashes and underscores."""
    if not _CODE.fullmatch(value):
        raise BadText(
            "This takes 1 to 40 letters, digits, dashes and underscores.",
            "此项须为 1 至 40 个字母、数字、连字符或下划线",
            field=field,
        )
    return value


def quantity(value: Decimal, field: str) -> Decimal:
    """More than 0, less than 10^12, at most 6 decimal places."""
    if not (value.is_finite() and 0 < value < BELOW and _has_six_places(value)):
        raise BadQuantity(
            "A quantity is a number above 0 and below 10^12 with at most 6 decimal places.",
            "数量须大于 0、小于 10^12，且最多 6 位小数",
            field=field,
        )
    return _plain(value)


def price(value: Money, field: str) -> Money:
    """0 or more, less than 10^12, at most 6 decimal places; the currency is three capitals."""
    amount = value.amount
    if not (amount.is_finite() and 0 <= amount < BELOW and _has_six_places(amount)):
        raise BadPrice(
            "A price is a number from 0 to below 10^12 with at most 6 decimal places.",
            "价格须不小于 0、小于 10^12，且最多 6 位小数",
            field=f"{field}.amount",
        )
    if not _CURRENCY.fullmatch(value.currency):
        raise BadPrice(
            "A currency is three capital letters, such as CNY.",
            "币种须为三个大写字母，例如 CNY",
            field=f"{field}.currency",
        )
    return Money(_plain(amount), value.currency)


def instant(value: datetime, field: str) -> datetime:
    """With its offset, between the years 2000 and 2200; comes back in UTC."""
    if value.tzinfo is None or not EARLIEST <= value <= LATEST:
        raise BadTime(
            "A time needs its UTC offset and lies between the years 2000 and 2200.",
            "时间须带时区偏移，且在 2000 年至 2200 年之间",
            field=field,
        )
    return value.astimezone(UTC)


def basis(value: Basis, field: str) -> Basis:
    """A type and the number of what it names; both are needed."""
    for name, given in (("ref", value.ref), ("type", value.type)):
        if not given.strip():
            raise BasisRequired(
                "This change needs its basis: what it rests on, and the number of that.",
                "此变更需要依据：依据类型及其编号",
                field=f"{field}.{name}",
            )
        text(given, f"{field}.{name}", most=100)
    text(value.note, f"{field}.note", most=2000, blank=True)
    return value


def _has_six_places(value: Decimal) -> bool:
    return value == value.quantize(STEP)


def _plain(value: Decimal) -> Decimal:
    """Without an exponent: 1E+2 is kept as 100."""
    return value.quantize(Decimal(1)) if int(value.as_tuple().exponent) > 0 else value

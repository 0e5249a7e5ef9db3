"""Checks of input fields that only routing has. See hedgerow.contracts.fields for the others."""

from __future__ import annotations

from zoneinfo import available_timezones

from hedgerow.contracts.fields import one_line
from hedgerow.errors import Invalid

NAME_LENGTH = 100
MOST_PRIORITY = 1_000_000
SUBJECT_LENGTH = 200
OUR_SERVICES = "service:"


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


class BadTimeZone(Invalid):
    code = "TIME_ZONE_UNKNOWN"


def time_zone(value: str, field: str) -> str:
    """A name in the IANA database. Raises BadTimeZone."""
    if value not in available_timezones():
        raise BadTimeZone(
            "A time zone has a name of the IANA database, such as Asia/Shanghai.",
            "时区须为 IANA 时区名称，例如 Asia/Shanghai",
            field=field,
        )
    return value


class BadSubject(Invalid):
    code = "SUBJECT_INVALID"


def subject(value: str, field: str) -> str:
    """A user's id as their issuer gives it: kept to the letter, and none of our own services'.
    Raises BadSubject."""
    printable = value.isprintable() and value == value.strip()
    if not printable or not 1 <= len(value) <= SUBJECT_LENGTH or value.startswith(OUR_SERVICES):
        raise BadSubject(
            f"A user is 1 to {SUBJECT_LENGTH} printable characters, and no service of ours.",
            f"用户标识须为 1 至 {SUBJECT_LENGTH} 个可打印字符，且不能是系统服务",
            field=field,
        )
    return value

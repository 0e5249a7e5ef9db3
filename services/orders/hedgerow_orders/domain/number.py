"""The number people call an order by: HY20260329-0001."""

from __future__ import annotations

from datetime import UTC, datetime


def prefix_of(at: datetime) -> str:
    """Of the orders submitted on the day of `at` in UTC."""
    return f"HY{at.astimezone(UTC):%Y%m%d}"


def numbers(prefix: str, last: int, count: int) -> list[str]:
    """The `count` numbers that end with the `last` of the day; four digits, or as many as it
    takes."""
    return [f"{prefix}-{each:04d}" for each in range(last - count + 1, last + 1)]

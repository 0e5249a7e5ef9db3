"""How dates, decimals and GeoJSON travel."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

GeoJson = NewType("GeoJson", dict[str, Any])
Json = NewType("Json", object)

_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,18})?")
_MOST_TEXT = 40


def _read_time(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise GraphQLError("DateTime must be a text in ISO 8601, such as 2026-03-29T12:00:00Z.")
    try:
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            raise GraphQLError(f"DateTime {value!r} lacks its offset from UTC; add Z or +08:00.")
        return read.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise GraphQLError(f"DateTime {value!r} is not a time in ISO 8601.") from wrong


def _write_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise GraphQLError('Decimal must be a text, such as "12.50".')
    if not _DECIMAL.fullmatch(value):
        raise GraphQLError(
            f"Decimal {value[:_MOST_TEXT]!r} is not a plain decimal number of at most 30 digits "
            "before and 18 after the point."
        )
    return Decimal(value)


def _write_decimal(value: Decimal) -> str:
    return format(value, "f")


def _read_geojson(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise GraphQLError("GeoJSON must be an object.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant: ISO 8601 with its offset; answered in UTC.",
        serialize=_write_time,
        parse_value=_read_time,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='A decimal number as text, exact: "12.50".',
        serialize=_write_decimal,
        parse_value=_read_decimal,
    ),
    GeoJson: strawberry.scalar(
        name="GeoJSON",
        description="A GeoJSON object (RFC 7946): degrees, longitude first.",
        serialize=lambda value: value,
        parse_value=_read_geojson,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc7946",
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value; decimals and times in it are texts.",
        serialize=lambda value: value,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    ),
}

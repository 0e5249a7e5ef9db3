"""One row of an order file: an input for orderSubmit, or what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hedgerow.contracts.values import Datum

UNKNOWN_REGION = "-"
LIMIT = Decimal(10) ** 12
PLACES = 6


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows that do not say it themselves."""

    datum: Datum | None = None
    currency: str | None = None
    channel: str = "IMPORT"
    wait_for: str = "SETTLED"


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """number  of the row, the header being 1

    input   for orderSubmit; of use when there are no faults
    """

    number: int
    order_id: str
    input: Mapping[str, Any]
    faults: tuple[Fault, ...]

    @classmethod
    def broken(cls, number: int, message: str) -> OrderRow:
        return cls(number, "", {}, (Fault("", message),))

    @property
    def key(self) -> str:
        """The idempotency key: the same order_id is the same order, however often it is sent."""
        known = self.order_id.encode("utf-8", "surrogatepass")
        return f"import-{hashlib.sha256(known).hexdigest()[:32]}"


@dataclass(slots=True)
class _Reader:
    """The values of one row; collects every fault instead of stopping at the first."""

    values: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: str, message: str) -> None:
        self.faults.append(Fault(name, message))

    def text(self, name: str) -> str:
        value = self.values.get(name, "").strip()
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            self.fault(name, "This holds bytes that are not UTF-8 text.")
            return ""
        return value

    def degrees(self, name: str, most: float) -> float:
        text = self.text(name)
        try:
            value = math.nan if "_" in text else float(text)
        except ValueError:
            value = math.nan
        if not -most <= value <= most:
            self.fault(name, f"This is no number of degrees from -{most:g} to {most:g}.")
        return value

    def time(self, name: str) -> str | None:
        text = self.text(name)
        if not text:
            return None
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            self.fault(name, "This is no time in ISO 8601, such as 2026-03-29T12:00:00+08:00.")
            return None
        if value.tzinfo is None:
            self.fault(name, "This time lacks its offset from UTC; add Z or +08:00.")
        return value.isoformat()

    def datum(self, default: Datum | None) -> str:
        text = self.text("datum").upper()
        if text in Datum.__members__:
            return text
        if text or default is None:
            self.fault("datum", "The datum must be WGS84, GCJ02 or BD09.")
        return text or str(default)

    def lines(self, currency: str | None) -> list[dict[str, Any]]:
        try:
            given = json.loads(
                self.values.get("lines", ""), parse_float=Decimal, parse_constant=_no_constant
            )
        except (ValueError, InvalidOperation, RecursionError):
            given = None
        if not isinstance(given, list) or not given:
            self.fault("lines", "This is no JSON list of [sku, quantity, unit price].")
            return []
        return [self._line(index, line, currency) for index, line in enumerate(given)]

    def _line(self, index: int, line: Any, currency: str | None) -> dict[str, Any]:
        if not isinstance(line, list) or len(line) not in (2, 3):
            self.fault(f"lines.{index}", "A line is [sku, quantity, unit price].")
            return {}
        sku = line[0].strip() if isinstance(line[0], str) else ""
        if not sku or "\0" in sku or any("\ud800" <= letter <= "\udfff" for letter in sku):
            self.fault(f"lines.{index}.sku", "The SKU must be a text that is not empty.")
        quantity = _decimal(line[1])
        if quantity is None or not 0 < quantity < LIMIT:
            self.fault(f"lines.{index}.quantity", "The quantity must be a number above 0.")
        read: dict[str, Any] = {"sku": sku, "quantity": _plain(quantity)}
        if len(line) == 3 and line[2] not in (None, ""):
            price = _decimal(line[2])
            if price is None or not 0 <= price < LIMIT:
                self.fault(f"lines.{index}.unitPrice", "The price must be a number, 0 or more.")
            if currency is None:
                self.fault(f"lines.{index}.unitPrice", "A price needs its currency: --currency.")
            read["unitPrice"] = {"amount": _plain(price), "currencyCode": currency}
        return read


def read_row(number: int, values: Mapping[str, str], defaults: Defaults) -> OrderRow:
    """Check `values`, by column name, and make them an input for orderSubmit."""
    row = _Reader(values)
    order_id = row.text("order_id")
    if not order_id and not row.faults:
        row.fault("order_id", "This must not be empty.")
    customer = row.text("customer_id") or order_id
    order = {
        "channel": row.text("channel") or defaults.channel,
        "customer": {"code": customer, "name": row.text("customer_name") or customer},
        "shipTo": {
            "region": row.text("region") or row.text("state") or UNKNOWN_REGION,
            "city": row.text("city"),
            "address": row.text("address"),
            "point": {
                "lon": row.degrees("lon", 180),
                "lat": row.degrees("lat", 90),
                "datum": row.datum(defaults.datum),
            },
        },
        "lines": row.lines(defaults.currency),
        "placedAt": row.time("placed_at"),
        "promisedAt": row.time("promised_at"),
        "waitFor": defaults.wait_for,
    }
    return OrderRow(number, order_id, order, tuple(row.faults))


def _decimal(given: Any) -> Decimal | None:
    """A finite number of at most 6 decimal places, from a JSON number or text; else None."""
    if isinstance(given, bool) or not isinstance(given, int | str | Decimal):
        return None
    try:
        value = Decimal(given)
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= -PLACES else None


def _plain(number: Decimal | None) -> str:
    return "" if number is None or number.adjusted() > 18 else format(number, "f")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")

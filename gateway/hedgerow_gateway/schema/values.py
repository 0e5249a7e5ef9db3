"""Values that several subjects share: money, points, people, reasons."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry
from hedgerow.contracts import values as contract

from hedgerow_gateway.schema.enums import Datum
from hedgerow_gateway.schema.fields import derived, entered, shown


@strawberry.type(description="An amount of money.")
class Money:
    amount: Decimal = shown("金额", "Amount", "In units of the currency, not in cents.")
    currency_code: str = derived(
        lambda money: money.currency, "币种", "Currency", "ISO 4217, such as CNY."
    )


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal = entered("金额", "Amount", "In units of the currency, not in cents.")
    currency_code: str = entered("币种", "Currency", "ISO 4217, such as CNY.")

    def contract(self) -> contract.Money:
        return contract.Money(self.amount, self.currency_code)


@strawberry.type(description="A point as it was given, in its own datum.")
class GeoPoint:
    lon: float = shown("经度", "Longitude", "Degrees east.")
    lat: float = shown("纬度", "Latitude", "Degrees north.")
    datum: Datum = shown("坐标系", "Datum", "The datum of both numbers.")


@strawberry.input(description="A point in a datum that is named.")
class GeoPointInput:
    lon: float = entered("经度", "Longitude", "Degrees east, -180 to 180.")
    lat: float = entered("纬度", "Latitude", "Degrees north, -90 to 90.")
    datum: Datum = entered("坐标系", "Datum", "The datum of both numbers; there is no default.")

    def contract(self) -> contract.GeoPoint:
        return contract.GeoPoint(self.lon, self.lat, self.datum)


@strawberry.type(description="A point in WGS-84.")
class Position:
    lon: float = shown("经度", "Longitude", "Degrees east, WGS-84.")
    lat: float = shown("纬度", "Latitude", "Degrees north, WGS-84.")


@strawberry.type(description="Why a critical change is made.")
class Basis:
    type: str = shown("依据类型", "Type", "What the reference is the number of.")
    ref: str = shown("依据编号", "Reference", "The number of the document.")
    note: str = shown("备注", "Note", "Free text; may be empty.")


@strawberry.input(description="Why a critical change is made.")
class BasisInput:
    type: str = entered("依据类型", "Type", "What the reference is the number of.")
    ref: str = entered("依据编号", "Reference", "The number of the document.")
    note: str | None = entered("备注", "Note", "Free text.", optional=True)

    def contract(self) -> contract.Basis:
        return contract.Basis(self.type, self.ref, self.note or "")


def given(value: Any) -> Any:
    """`value`, or None when the client left it out."""
    return None if value is strawberry.UNSET else value

"""The demo company: who it is, read from the files beside this one. All of it is invented."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec


class Point(msgspec.Struct, frozen=True, array_like=True):
    lon: float
    lat: float
    datum: str


class Tenant(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class Plant(msgspec.Struct, frozen=True):
    code: str
    name: str
    point: Point


class Location(msgspec.Struct, frozen=True):
    """plant  its code"""

    plant: str
    code: str
    name: str
    kind: str


class Rule(msgspec.Struct, frozen=True):
    """chain  codes of locations"""

    code: str
    name: str
    priority: int
    regions: tuple[str, ...]
    chain: tuple[str, ...]
    safety_test: str


class Tier(msgspec.Struct, frozen=True, rename={"from_price": "from"}):
    """What each location opens with, of a SKU that costs `from_price` or more."""

    from_price: Decimal
    on_hand: int
    safety: int


class StockException(msgspec.Struct, frozen=True):
    sku: str
    location: str
    on_hand: int
    safety: int


class Stock(msgspec.Struct, frozen=True):
    """clear_percent  how far above the safety levels overflow clears; by_price  dearest first"""

    clear_percent: Decimal
    by_price: tuple[Tier, ...]
    exceptions: tuple[StockException, ...]


class Company(msgspec.Struct, frozen=True):
    tenant: Tenant
    plants: tuple[Plant, ...]
    presence_radius_m: float
    max_distance_km: float
    locations: tuple[Location, ...]
    rules: tuple[Rule, ...]
    stock: Stock


class Sku(msgspec.Struct, frozen=True, array_like=True):
    """price  CNY for one unit"""

    code: str
    name: str
    unit: str
    item_class: str
    price: Decimal


class Customer(msgspec.Struct, frozen=True):
    code: str
    name: str
    region: str
    city: str
    address: str
    point: Point


class User(msgspec.Struct, frozen=True):
    """groups  `role` for the whole company, `role@PLANTCODE` at one plant"""

    name: str
    groups: tuple[str, ...]


class Area(msgspec.Struct, frozen=True):
    """ring  names of arcs, end to end; one that starts with - is walked backwards"""

    plant: str
    name: str
    region: str
    ring: tuple[str, ...]


class Areas(msgspec.Struct, frozen=True):
    """Borders are drawn once: neighbours share the arc between them. WGS-84."""

    arcs: dict[str, tuple[tuple[float, float], ...]]
    areas: tuple[Area, ...]

    def polygon(self, area: Area) -> dict[str, Any]:
        """GeoJSON, counter-clockwise as RFC 7946 asks."""
        ring: list[tuple[float, float]] = []
        for name in area.ring:
            arc = self.arcs[name.removeprefix("-")]
            ring += (arc[::-1] if name.startswith("-") else arc)[1 if ring else 0 :]
        return {"type": "Polygon", "coordinates": [ring]}


def _read(name: str) -> bytes:
    return files("hedgerow_gateway.client.demo").joinpath(name).read_bytes()


@cache
def company() -> Company:
    return msgspec.json.decode(_read("company.json"), type=Company)


def tenant_id() -> UUID:
    return company().tenant.id


@cache
def areas() -> Areas:
    return msgspec.json.decode(_read("areas.json"), type=Areas)


@cache
def skus() -> tuple[Sku, ...]:
    return msgspec.json.decode(_read("skus.json"), type=tuple[Sku, ...])


@cache
def customers() -> tuple[Customer, ...]:
    return msgspec.json.decode(_read("customers.json"), type=tuple[Customer, ...])


@cache
def users() -> dict[str, User]:
    return msgspec.json.decode(_read("users.json"), type=dict[str, User])


def opening(sku: Sku, location: str) -> tuple[int, int]:
    """(on hand, safety level) with which the company opens. Safety levels are kept at the
    warehouses that serve orders of other places, not at the plants' own stores."""
    stock = company().stock
    for each in stock.exceptions:
        if (each.sku, each.location) == (sku.code, location):
            return each.on_hand, each.safety
    tier = next(tier for tier in stock.by_price if sku.price >= tier.from_price)
    plants = {each.code for each in company().locations if each.kind == "PLANT"}
    return tier.on_hand, 0 if location in plants else tier.safety

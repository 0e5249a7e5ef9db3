"""The plants, and how to tell what is theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from companies import Company, order
from suite import Suite

from leaks.canaries import A, Canaries, digits, word


@dataclass
class Side:
    """One plant and what it has. near, far: its own warehouse, and the one its orders fall to."""

    owner: str
    company: Company
    code: str
    near: str
    far: str
    region: str
    lon: int
    lat: int
    digits: str = field(default_factory=digits)
    made: dict[str, list[str]] = field(default_factory=dict)

    def word(self) -> str:
        return word(self.owner)

    def much(self) -> str:
        """A number of nine digits that stays recognizable when some hundreds come or go."""
        return f"{self.digits}500"

    def some(self, whole: int) -> str:
        return f"{whole}.{self.digits}"

    def point(self) -> dict[str, Any]:
        return {
            "lon": float(self.some(self.lon)),
            "lat": float(self.some(self.lat)),
            "datum": "WGS84",
        }

    def beside_the_plant(self) -> dict[str, Any]:
        """Within 100 km of their own plant and more than 130 km from the other one."""
        lon, lat = {"NGB": (121, 29), "SZH": (120, 31)}[self.code]
        point = {"lon": float(self.some(lon)), "lat": float(self.some(lat)), "datum": "WGS84"}
        return {
            "shipTo": {"region": self.region, "point": point},
            "attributes": [{"name": "near", "value": "yes"}],
        }

    def basis(self) -> dict[str, str]:
        return {"type": "EMAIL", "ref": self.word(), "note": self.word()}

    def position(self) -> dict[str, Any]:
        """Inside of its presence fence, now."""
        at = datetime.now(UTC).isoformat()
        return {
            "point": self.point(),
            "accuracyM": 5.0,
            "at": at,
            "nonce": self.word() + self.word(),
        }

    def keep(self, kind: str, made: str) -> str:
        self.made.setdefault(kind, []).append(made)
        return made

    def order(self, sku: str, quantity: str) -> dict[str, Any]:
        return order(
            channel=self.word(),
            customer={"code": self.word(), "name": self.word()},
            shipTo={
                "region": self.region,
                "city": self.word(),
                "address": self.word(),
                "point": self.point(),
            },
            lines=[
                {
                    "sku": sku,
                    "quantity": quantity,
                    "unitPrice": {"amount": self.some(2), "currencyCode": "CNY"},
                }
            ],
            promisedAt="2031-02-03T04:05:06Z",
            customerGrade=self.word(),
            attributes=[{"name": self.word(), "value": self.word()}],
        )


@dataclass
class World:
    """sides by owner; canaries know all of them."""

    suite: Suite
    sides: dict[str, Side]
    canaries: Canaries

    @property
    def tenant(self) -> str:
        return self.sides[A].company.tenant

"""A small company of two plants for the flows, made through the public API."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from suite import Client, Suite

NINGBO = {"lon": 121.55, "lat": 29.87, "datum": "WGS84"}
SUZHOU = {"lon": 120.62, "lat": 31.32, "datum": "WGS84"}
IN_ZHEJIANG = {"lon": 120.15, "lat": 30.0, "datum": "WGS84"}
IN_ANHUI = {"lon": 117.3, "lat": 31.86, "datum": "WGS84"}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


ZHEJIANG = square(118.0, 27.0, 123.0, 31.0)
NORTH = square(114.9, 31.0, 122.0, 35.0)


@dataclass
class Company:
    """Plants 宁波工厂 (NGB) and 苏州工厂 (SZH); warehouses 杭州仓 (HGH, of NGB) and 合肥云仓 (HFE, of
    SZH); Zhejiang goes to Ningbo, what lies north of 31° to Suzhou."""

    suite: Suite
    tenant: str = field(default_factory=lambda: str(uuid4()))
    plants: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)

    def user(self, *groups: str, **options: Any) -> AbstractAsyncContextManager[Client]:
        return self.suite.client(self.tenant, *groups, **options)

    def admin(self) -> AbstractAsyncContextManager[Client]:
        return self.user("tenant_admin")

    async def rule(self, safety_test: str = "AFTER", **changes: Any) -> None:
        async with self.admin() as admin:
            await admin.done(
                "overflowRulePublish",
                "rule { version }",
                **{
                    "code": "JZH",
                    "name": "江浙沪",
                    "regions": ["江苏", "浙江", "上海"],
                    "chain": [self.locations["HGH"], self.locations["HFE"]],
                    "safetyTest": safety_test,
                }
                | changes,
            )

    async def skus(self, *skus: str, item_class: str = "REGULAR") -> None:
        async with self.admin() as admin:
            await admin.done(
                "skuRegister",
                "skus { sku }",
                skus=[{"sku": s, "name": s, "unit": "件", "itemClass": item_class} for s in skus],
            )

    async def stock(
        self, sku: str, location: str, quantity: int, safety: int | None = None
    ) -> None:
        async with self.admin() as admin:
            place = self.locations[location]
            if quantity:
                await admin.done(
                    "stockReceive",
                    "levels { onHand }",
                    locationId=place,
                    reference="PO-1",
                    lines=[{"sku": sku, "quantity": str(quantity)}],
                )
            if safety is not None:
                await admin.done(
                    "safetyLevelSet",
                    "level { safetyLevel }",
                    locationId=place,
                    sku=sku,
                    level=str(safety),
                )

    async def level(self, sku: str, location: str) -> dict[str, Any]:
        async with self.admin() as admin:
            data = await admin.ask(
                "query($s: String!, $l: ID!) { inventoryLevel(skuCode: $s, locationId: $l) "
                "{ onHand reserved allocated qualityHold damaged available safetyLevel atp } }",
                s=sku,
                l=self.locations[location],
            )
        level: dict[str, Any] = data["inventoryLevel"]
        return level


def order(
    sku: str = "BOLT",
    quantity: int | str = 1,
    *,
    region: str = "浙江",
    point: dict[str, Any] | None = None,
    channel: str = "WEB",
    **changes: Any,
) -> dict[str, Any]:
    """Input of orderSubmit."""
    return {
        "channel": channel,
        "customer": {"code": "C-1", "name": "客户一"},
        "shipTo": {"region": region, "city": "", "address": "", "point": point or IN_ZHEJIANG},
        "lines": [{"sku": sku, "quantity": str(quantity)}],
    } | changes


async def found(suite: Suite) -> Company:
    company = Company(suite)
    async with company.admin() as admin:
        for code, name, point, area in (
            ("NGB", "宁波工厂", NINGBO, ZHEJIANG),
            ("SZH", "苏州工厂", SUZHOU, NORTH),
        ):
            plant = await admin.done(
                "plantCreate", "plant { id }", code=code, name=name, point=point
            )
            company.plants[code] = plant["plant"]["id"]
            await admin.done(
                "fencePublish",
                "fence { version }",
                plantId=company.plants[code],
                kind="SERVICE_AREA",
                name="main",
                priority=1,
                geojson=area,
                datum="WGS84",
            )
        for plant, code, kind in (
            ("NGB", "NGB-1", "PLANT"),
            ("SZH", "SZH-1", "PLANT"),
            ("NGB", "HGH", "WAREHOUSE"),
            ("SZH", "HFE", "CLOUD_WAREHOUSE"),
        ):
            made = await admin.done(
                "locationCreate",
                "location { id }",
                plantId=company.plants[plant],
                code=code,
                name=code,
                kind=kind,
            )
            company.locations[code] = made["location"]["id"]
    return company


async def submit(client: Client, **input: Any) -> dict[str, Any]:
    """Submit and wait until a SKU that was just registered is known to orders."""
    for _ in range(100):
        payload = await client.do(
            "orderSubmit",
            "settled order { id number state sourcing plant { code } "
            "lines { lineNo sku quantity reservations { quantity state location { code } } } "
            "shortages { sku reason available needed location { code } } }",
            **input,
        )
        if [error["code"] for error in payload["userErrors"]] != ["UNKNOWN_SKU"]:
            return payload
        await asyncio.sleep(0.05)
    raise AssertionError(payload)

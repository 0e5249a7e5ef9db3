"""Overflow with a band, over the real services: trips at 80, clears at 92, told exactly once each."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from companies import Company, order, submit
from looks import look, plain_id, stock_violations
from suite import Client

SETTLED = """mutation($input: OrderSubmitInput!, $key: String!) {
  orderSubmit(input: $input) @idempotent(key: $key) { settled userErrors { code } order {
    id lines { reservations { location { code } } } } } }"""
WHY = """query($id: ID!) { order(id: $id) { decision { result chain { location { code } checks {
  requested available safetyLevel reason tripped clearLevel } } } } }"""
TRIPPED = """query($plants: [ID!]) {
  inventoryLevels(first: 10, where: { plantIds: $plants, tripped: true }) { totalCount nodes {
    skuCode location { code } available overflow { state clearLevel kind because } } } }"""
EVENTS = """select split_part(subject, '.', 4), body::jsonb ->> 'available', version
  from outbox where tenant_id = :tenant and subject like 'hedgerow.evt.inventory.overflow_%'
  order by version"""


async def _guarded(company: Company) -> None:
    """100 at 杭州仓, which must keep 80 and clears at 92; plenty at 合肥云仓."""
    await company.skus("BOLT")
    await company.rule("CURRENT")
    await company.stock("BOLT", "HFE", 1000)
    await company.stock("BOLT", "HGH", 100)
    async with company.admin() as admin:
        await admin.done(
            "safetyLevelSet", "level { overflow { state clearLevel } }", sku="BOLT", level="80",
            locationId=company.locations["HGH"], clearPercent="15",
        )  # fmt: skip


async def _served(admin: Client, quantity: int) -> tuple[str, str]:
    """The order's id and where it was reserved."""
    payload = await submit(admin, **order(quantity=quantity))
    assert (payload["userErrors"], payload["settled"]) == ([], True)
    (line,) = payload["order"]["lines"]
    (reservation,) = line["reservations"]
    return payload["order"]["id"], reservation["location"]["code"]


async def _events(company: Company) -> list[tuple[Any, ...]]:
    return await look(company.suite, "inventory", EVENTS, tenant=company.tenant)


async def test_orders_go_elsewhere_from_80_until_92_is_there_again(company: Company) -> None:
    await _guarded(company)
    async with company.admin() as admin:
        assert await _events(company) == []
        served = [await _served(admin, 10) for _ in range(5)]  # 100, 90, 80, and 70 twice
        assert [code for _, code in served] == ["HGH", "HGH", "HGH", "HFE", "HFE"]
        here = {"plants": [company.plants["NGB"]]}
        listed = (await admin.ask(TRIPPED, **here))["inventoryLevels"]
        assert listed == {
            "totalCount": 1,
            "nodes": [
                {
                    "skuCode": "BOLT",
                    "location": {"code": "HGH"},
                    "available": "70",
                    "overflow": {
                        "state": "TRIPPED",
                        "clearLevel": "92",
                        "kind": "RESERVATION",
                        "because": f"order:{plain_id(served[2][0])}",
                    },
                }
            ],
        }

        await company.stock("BOLT", "HGH", 21)  # 91: above the level, and below what clears it
        passed_over, code = await _served(admin, 5)
        assert code == "HFE"
        decision = (await admin.ask(WHY, id=passed_over))["order"]["decision"]
        assert decision["result"] == "OVERFLOWED"
        assert [
            (
                each["location"]["code"],
                *(each["checks"][0][name] for name in (
                    "requested", "available", "safetyLevel", "reason", "tripped", "clearLevel"
                )),
            )
            for each in decision["chain"]
        ] == [
            ("HGH", "5", "91", "80", "OVERFLOWING", True, "92"),
            ("HFE", "5", "980", "0", "", False, "0"),
        ]  # fmt: skip

        await company.stock("BOLT", "HGH", 1)  # 92
        assert (await _served(admin, 5))[1] == "HGH"
        assert (await admin.ask(TRIPPED, **here))["inventoryLevels"]["nodes"] == []

    # Receipt, level; tripped; receipt; receipt, cleared.
    assert await _events(company) == [("overflow_tripped", "70", 3), ("overflow_cleared", "92", 6)]
    assert await stock_violations(company.suite, company.tenant) == []


async def test_64_orders_at_once_trip_it_once(company: Company) -> None:
    await _guarded(company)
    async with company.admin() as admin:
        assert (await _served(admin, 1))[1] == "HGH"  # 99; the article is known from here on

        async def one(number: int) -> str:
            data = await admin.ask(SETTLED, input=order(), key=f"at-once-{number}")
            made = data["orderSubmit"]
            assert (made["userErrors"], made["settled"]) == ([], True)
            return str(made["order"]["lines"][0]["reservations"][0]["location"]["code"])

        served = Counter(await asyncio.gather(*map(one, range(64))))

    assert served == {"HGH": 20, "HFE": 44}
    assert await _events(company) == [("overflow_tripped", "79", 3)]
    assert await stock_violations(company.suite, company.tenant) == []

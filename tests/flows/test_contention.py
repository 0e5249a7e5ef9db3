"""Many clients, little stock: exactly what is there is promised, and nobody's order is lost."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

import pytest
from companies import Company, order, submit
from looks import look, plain_id, stock_violations

DEADLOCKS = "select sum(deadlocks) from pg_stat_database"

SUBMIT = """mutation($input: OrderSubmitInput!, $key: String!) {
  orderSubmit(input: $input) @idempotent(key: $key) {
    settled order { id sourcing } userErrors { code message } } }"""


async def _contend(company: Company, clients: int, orders: int, units: int) -> None:
    await company.skus("HOT")
    await company.rule(chain=[company.locations[c] for c in ("HGH", "HFE", "NGB-1")])
    async with company.admin() as admin:
        probe = await submit(admin, **order("HOT"))  # known to orders from here on
        assert probe["order"]["sourcing"] == "SHORT"
    shares = {"HGH": units // 2, "HFE": units // 5}
    shares["NGB-1"] = units - sum(shares.values())
    for location, share in shares.items():
        await company.stock("HOT", location, share)
    before = await look(company.suite, "inventory", DEADLOCKS)
    numbers = itertools.count()
    acknowledged: list[str] = []

    async def one_client() -> None:
        async with company.admin() as client:
            while (number := next(numbers)) < orders:
                data = await client.ask(SUBMIT, input=order("HOT"), key=f"hot-{number}")
                assert data["orderSubmit"]["userErrors"] == [], data
                acknowledged.append(data["orderSubmit"]["order"]["id"])

    await asyncio.gather(*(one_client() for _ in range(clients)))

    assert len(set(acknowledged)) == orders
    states = await _settled(company, acknowledged)
    assert states == {"RESERVED": units, "SHORT": orders - units}
    levels = [await company.level("HOT", location) for location in shares]
    assert sum(float(level["reserved"]) for level in levels) == units
    assert sum(float(level["available"]) for level in levels) == 0
    assert await stock_violations(company.suite, company.tenant) == []
    after = await look(company.suite, "inventory", DEADLOCKS)
    assert after == before


async def _settled(company: Company, global_ids: list[str]) -> dict[str, int]:
    """Sourcing of the acknowledged orders, once all have settled."""
    ids = [plain_id(each) for each in global_ids]
    counts: Counter[str] = Counter()
    for _ in range(300):
        rows = await look(company.suite, "orders", "select id, sourcing from orders")
        known = {row[0]: str(row[1]) for row in rows}
        counts = Counter(known[each] for each in ids)
        if "PENDING" not in counts:
            break
        await asyncio.sleep(0.1)
    return dict(counts)


async def test_64_clients_and_500_units(company: Company) -> None:
    await _contend(company, clients=64, orders=2000, units=500)


@pytest.mark.long
async def test_64_clients_and_5000_units(company: Company) -> None:
    await _contend(company, clients=64, orders=20_000, units=5000)

"""kill -9 of every part under load: every acknowledged order settles, and nothing happens twice."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from companies import Company, found, order, submit
from hedgerow_local.servers import NatsServer, PostgresServer
from looks import look, plain_id, stock_violations
from suite import Client, Suite
from worlds import Databases

SUBMIT = """mutation($input: OrderSubmitInput!, $key: String!) {
  orderSubmit(input: $input) @idempotent(key: $key) {
    settled order { id sourcing } userErrors { code message } } }"""
CLIENTS = 8
SETTLE_S = 60.0


@dataclass
class Ground:
    """Servers that may be killed without harm to other tests."""

    postgres: PostgresServer
    nats: NatsServer
    suite: Suite


@pytest.fixture(scope="module")
async def ground(
    tmp_path_factory: pytest.TempPathFactory, workplace: Path
) -> AsyncIterator[Ground]:
    folder = workplace / "kills"
    folder.mkdir()
    postgres = PostgresServer.start(folder / "postgres")
    nats = NatsServer.start(folder / "nats")
    suite = Suite(folder / "suite", Databases(postgres.admin_url), nats)
    try:
        await suite.start()
        yield Ground(postgres, nats, suite)
        assert suite.violations() == []
    finally:
        await suite.stop()
        nats.remove()
        postgres.remove()


@dataclass
class Load:
    """Clients that submit until told to stop, repeating each order under its key until it is
    acknowledged."""

    company: Company
    acknowledged: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    stopping: bool = False
    _numbers: Any = field(default_factory=itertools.count)

    async def run(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(CLIENTS)))

    async def reaches(self, count: int) -> None:
        """Wait until so many orders were acknowledged, at most a minute."""
        ends_at = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert time.monotonic() < ends_at, f"{len(self.acknowledged)} of {count} orders"
            await asyncio.sleep(0.05)

    async def _client(self) -> None:
        async with self.company.admin() as client:
            while not self.stopping:
                key = f"load-{next(self._numbers)}"
                await self._until_acknowledged(client, key)

    async def _until_acknowledged(self, client: Client, key: str) -> None:
        ends_at = time.monotonic() + 60
        while time.monotonic() < ends_at:
            try:
                said = await client.raw(SUBMIT, input=order("BOLT"), key=key)
            except (httpx.HTTPError, ValueError):
                said = {"errors": "no answer"}
            payload = (said.get("data") or {}).get("orderSubmit") or {}
            if payload.get("order"):
                self.acknowledged[key] = payload["order"]["id"]
                return
            self.failures += 1
            await asyncio.sleep(0.1)
        raise AssertionError(f"{key} was never acknowledged: {said}")


async def _kill_nats(ground: Ground) -> None:
    await asyncio.to_thread(ground.nats.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(ground.nats.restart)


async def _kill_postgres(ground: Ground) -> None:
    await asyncio.to_thread(ground.postgres.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(ground.postgres.restart)


def _kill_member(name: str) -> Callable[[Ground], Any]:
    async def kill(ground: Ground) -> None:
        ground.suite.kill(name)
        await asyncio.sleep(1)
        ground.suite.run(name)

    return kill


VICTIMS = {
    "nats-server": _kill_nats,
    "orders": _kill_member("orders"),
    "inventory": _kill_member("inventory"),
    "routing": _kill_member("routing"),
    "gateway": _kill_member("gateway"),
    "postgres": _kill_postgres,
}


@pytest.mark.parametrize("victim", VICTIMS)
async def test_nothing_is_lost_and_nothing_happens_twice(ground: Ground, victim: str) -> None:
    company = await found(ground.suite)
    await company.skus("BOLT")
    await company.rule(chain=[company.locations["HGH"]])
    await company.stock("BOLT", "HGH", 100_000)
    async with company.admin() as admin:
        await submit(admin, **order("BOLT"))
    load = Load(company)
    running = asyncio.create_task(load.run())
    await load.reaches(20)

    await VICTIMS[victim](ground)
    back_at = time.monotonic()
    await load.reaches(len(load.acknowledged) + 20)
    recovery_s = time.monotonic() - back_at
    load.stopping = True
    await running

    await _check(company, load)
    print(
        f"{victim}: {len(load.acknowledged)} orders, {load.failures} failed attempts, "
        f"20 more orders {recovery_s:.1f} s after it was back"
    )


async def _check(company: Company, load: Load) -> None:
    rows = await _settled(company)
    sourcing = {row[0]: row[1] for row in rows}
    acknowledged = {plain_id(each) for each in load.acknowledged.values()}
    assert len(acknowledged) == len(load.acknowledged)
    assert acknowledged <= set(sourcing)
    assert {sourcing[each] for each in acknowledged} == {"RESERVED"}
    # Each key made one order: the probe and the acknowledged ones are all there is.
    assert len(sourcing) == len(acknowledged) + 1
    held = await look(
        company.suite,
        "inventory",
        "select order_id, count(*) from reservations where tenant_id = :t group by 1",
        t=company.tenant,
    )
    assert {row[0] for row in held} == set(sourcing)
    assert {row[1] for row in held} == {1}
    assert await stock_violations(company.suite, company.tenant) == []
    decisions = await look(
        company.suite,
        "routing",
        "select order_id, count(*) from decisions where tenant_id = :t group by 1",
        t=company.tenant,
    )
    assert {row[1] for row in decisions} == {1}
    for service in ("orders", "inventory", "routing"):
        dead = await look(company.suite, service, "select count(*) from dead_letters")
        assert dead == [(0,)]


async def _settled(company: Company) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    ends_at = time.monotonic() + SETTLE_S
    while time.monotonic() < ends_at:
        rows = await look(
            company.suite,
            "orders",
            "select id, sourcing from orders where tenant_id = :t",
            t=company.tenant,
        )
        if all(row[1] != "PENDING" for row in rows):
            return rows
        await asyncio.sleep(0.2)
    raise AssertionError(f"{sum(row[1] == 'PENDING' for row in rows)} orders did not settle")

"""A refusal of the broker is counted, logged, and takes the process out of the traffic."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hedgerow.bus import Bus, Outgoing
from hedgerow.bus.connection import BusDown
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings
from hedgerow_local.servers import NatsServer
from suite import Keys, Suite
from worlds import Databases, service_of

REFUSED = 'NATS refuses: nats: permissions violation for publish to "hedgerow.evt.inventory.x.v1"'


@pytest.fixture
async def broker(workplace: Path, tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer.start(workplace / f"trouble-{tmp_path.name}")
    yield server
    server.remove()


async def test_a_service_that_was_refused_says_so_to_whoever_asks(
    broker: NatsServer, databases: Databases, tmp_path: Path
) -> None:
    service = service_of("orders")
    told = BusSettings(broker.address, broker.keys.seed_file("orders"))
    keys = Keys(tmp_path)
    process = Process(
        service, ServiceSettings(told, await databases.fresh("orders"), keys.caller_public)
    )
    await process.start()
    gateway = await Bus.connect(
        broker.address, name="gateway", seed_file=broker.keys.seed_file("gateway")
    )
    await asyncio.sleep(0.5)
    assert (process.troubles(), await gateway.ping("orders")) == ([], [])

    assert process._bus is not None
    outcome = await process._bus.publish([Outgoing("1", "hedgerow.evt.inventory.x.v1", b"{}", {})])

    assert isinstance(outcome[0], BusDown)
    assert process.troubles() == [REFUSED]
    assert await gateway.ping("orders") == [REFUSED]
    await gateway.close()
    await process.stop()


async def test_a_gateway_with_anothers_key_is_not_ready_and_its_log_and_metrics_say_why(
    broker: NatsServer, databases: Databases, tmp_path: Path
) -> None:
    wrong = {"HEDGEROW_NATS_SEED_FILE": str(broker.keys.seed_file("rma"))}
    suite = Suite(tmp_path / "suite", databases, broker, extra=wrong)
    suite.run("gateway")
    try:
        async with httpx.AsyncClient(base_url=suite.url) as http:
            ready = await _answer(http, "/readyz")
            metrics = (await _answer(http, "/metrics")).text
    finally:
        await suite.stop()

    assert ready.status_code == 503
    troubles = ready.json()["troubles"]
    assert any(
        'permissions violation for subscription to "_inbox_gateway.' in each for each in troubles
    )
    assert (
        'NATS refuses: nats: permissions violation for subscription to "hedgerow.evt.orders.>"'
        in troubles
    )
    lines = [line for line in metrics.splitlines() if line.startswith("hedgerow_bus_errors")]
    assert any('kind="permissions"' in line and float(line.split()[-1]) >= 3 for line in lines)
    logged = [json.loads(line) for line in suite.log("gateway").splitlines() if line[:1] == "{"]
    assert {each["error"] for each in logged if each.get("kind") == "permissions"} >= {
        'nats: permissions violation for subscription to "hedgerow.evt.orders.>"'
    }


async def _answer(http: httpx.AsyncClient, path: str) -> httpx.Response:
    for _ in range(200):
        try:
            return await http.get(path, timeout=3)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the gateway does not answer")

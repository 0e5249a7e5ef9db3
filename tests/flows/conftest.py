from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from companies import Company, found
from hedgerow_local.servers import NatsServer
from leaks.plants import grown
from leaks.report import Report
from leaks.scan import Scan
from leaks.sides import World
from leaks.walk import published
from suite import Suite
from worlds import Databases


@pytest.fixture(scope="session")
async def suite(workplace: Path, databases: Databases) -> AsyncIterator[Suite]:
    """One suite for all flows; each test founds a company (tenant) of its own in it. It has a
    broker to itself: services of other tests would take its requests."""
    nats_server = NatsServer.start(workplace / "suite-nats")
    suite = Suite(
        workplace / "suite", databases, nats_server, extra={"HEDGEROW_ANCHOR_EVERY_S": "1"}
    )
    try:
        await suite.start()
        yield suite
        assert suite.violations() == []
    finally:
        await suite.stop()
        nats_server.remove()


@pytest.fixture
async def company(suite: Suite) -> Company:
    return await found(suite)


@pytest.fixture(scope="session")
async def world(suite: Suite) -> World:
    """Two plants and another company, everything of theirs marked; for the leak tests."""
    return await grown(suite)


@pytest.fixture(scope="session")
async def learned(world: World) -> Scan:
    """What there is to ask with; what was answered on the way is clean."""
    scan = Scan(world, published())
    await scan.learn()
    await scan.count()
    assert scan.report.leaks == [] and scan.report.faults == [], str(scan.report)
    return scan


@pytest.fixture
def scan(learned: Scan) -> Scan:
    """With an empty report."""
    learned.report = Report()
    return learned

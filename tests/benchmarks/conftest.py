from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hedgerow_local.servers import NatsServer
from suite import Suite
from worlds import Databases

from benchmarks.shop import PATIENCE, Shop, stocked


@pytest.fixture(scope="module")
async def shop(workplace: Path, databases: Databases) -> AsyncIterator[Shop]:
    """A stocked suite on a broker of its own: another suite may run beside it."""
    broker = NatsServer.start(workplace / "bench-nats")
    suite = Suite(workplace / "bench-suite", databases, broker, extra=PATIENCE)
    try:
        await suite.start()
        shop = await stocked(suite, broker, skus=9)
        yield shop
        await shop.close()
    finally:
        await suite.stop()
        broker.remove()

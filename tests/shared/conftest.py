from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sample
from hedgerow.bus import Bus
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings
from hedgerow.transaction.database import connect
from hedgerow_local.servers import NatsServer
from sample_world import World, key_pair
from worlds import Databases, administrator


@pytest.fixture
async def world(
    databases: Databases, nats_server: NatsServer, tmp_path: Path
) -> AsyncIterator[World]:
    """On a database of its own; the stream is shared, so each test has a tenant of its own."""
    sample.Log.batches.clear()
    sample.Log.poison.clear()
    signer, public_key = key_pair(tmp_path)
    url = await databases.fresh("sample", sample.service)
    settings = ServiceSettings(
        bus=BusSettings(nats_url=nats_server.url),
        database_url=url,
        caller_public_key_file=public_key,
    )
    process = Process(sample.service, settings)
    await process.start()
    bus = await Bus.connect(nats_server.url, name="tester", signer=signer)
    engine = connect(url, pool_size=2)
    yield World(bus, process, settings, engine, administrator())
    await bus.close()
    await process.stop()
    await engine.dispose()

"""See `gateway_world`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from gateway_world import OWNERS, Gateway, Services, serving
from hedgerow.auth import Verifier
from hedgerow.bus import Bus
from hedgerow_local.servers import NatsServer
from suite import Keys


@pytest.fixture(scope="session")
def keys(workplace: Path) -> Keys:
    folder = workplace / "gateway-keys"
    folder.mkdir()
    return Keys(folder)


@pytest.fixture(scope="session")
def environment(keys: Keys, nats_server: NatsServer) -> dict[str, str]:
    return {
        "HEDGEROW_NATS_URL": nats_server.url,
        "HEDGEROW_CALLER_KEY_FILE": str(keys.caller),
        "HEDGEROW_ENVIRONMENT": "development",
        "HEDGEROW_DEV_ISSUER_KEY_FILE": str(keys.issuer),
        "HEDGEROW_SETTLE_TIMEOUT_S": "0.6",
    }


@pytest.fixture(scope="session")
async def all_services(keys: Keys, nats_server: NatsServer) -> AsyncIterator[Services]:
    services = Services()
    buses = []
    for owner in OWNERS:
        bus = await Bus.connect(nats_server.url, name=f"fake_{owner}")
        verifier = Verifier.from_pem(keys.caller_public.read_bytes(), owner)
        await bus.serve(owner, verifier, services.receive, list)
        buses.append(bus)
    services.bus = buses[0]
    yield services
    for bus in buses:
        await bus.stop_serving()
        await bus.close()


@pytest.fixture
def services(all_services: Services) -> Services:
    all_services.reset()
    return all_services


@pytest.fixture(scope="session")
async def running(
    environment: dict[str, str], keys: Keys, all_services: Services
) -> AsyncIterator[Gateway]:
    async with serving(environment, keys) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway, services: Services) -> Iterator[Gateway]:
    """With a tenant of its own."""
    running.tenant = str(uuid4())
    yield running
    running.tenant = None

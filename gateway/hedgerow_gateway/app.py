"""The gateway put together; start reading here.

/graphql    operations by POST (endpoint), subscriptions by WebSocket (sockets)
/healthz    the process lives
/readyz     it can serve: NATS and the four services answer
/metrics    for Prometheus
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from hedgerow.auth import Signer
from hedgerow.bus import Bus
from hedgerow.bus.calls import MOST_ITEMS
from hedgerow.bus.connection import BusDown
from hedgerow.settings import BadSettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute

from hedgerow_gateway.denials import Denials
from hedgerow_gateway.endpoint import PATH, GraphQLEndpoint
from hedgerow_gateway.execution.engine import Engine
from hedgerow_gateway.execution.limits import Limits
from hedgerow_gateway.health import Health
from hedgerow_gateway.issuers import issuers_of
from hedgerow_gateway.live import Live
from hedgerow_gateway.login import Login
from hedgerow_gateway.origin import Proxies
from hedgerow_gateway.parts import Parts
from hedgerow_gateway.rights import Rights
from hedgerow_gateway.schema.build import build_schema
from hedgerow_gateway.settings import GatewaySettings
from hedgerow_gateway.sockets import Sockets
from hedgerow_gateway.subgraph import build_subgraph

log = logging.getLogger("hedgerow.gateway")

AGAIN_S = 1.0  # between two tries to reach NATS at the start


@asynccontextmanager
async def parts_of(settings: GatewaySettings) -> AsyncIterator[Parts]:
    """Everything, connected; waits for NATS as long as it takes. Raises BadSettings."""
    try:
        signer = Signer.from_pem(settings.caller_key_file.read_bytes())
    except ValueError as wrong:
        raise BadSettings(f"HEDGEROW_CALLER_KEY_FILE: {wrong}") from wrong
    schema = build_subgraph() if settings.subgraph else build_schema()
    engine = Engine(schema._schema, limits=Limits(), introspection=settings.development)
    proxies = Proxies.named(settings.trusted_proxies)
    async with httpx.AsyncClient() as http:
        issuers = issuers_of(settings, http)
        bus = await _connect(settings, signer)
        live, rights = Live(), Rights(bus)
        await live.start(bus)
        await rights.start()
        login = Login(issuers, rights)
        try:
            yield Parts(settings, bus, engine, live, login, proxies, Denials())
        finally:
            await rights.stop()
            await live.stop()
            await bus.close()


def create_app(parts: Parts) -> Starlette:
    health = Health(parts)
    origins = parts.settings.origins()
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["POST"],
        allow_headers=["authorization", "content-type", "hedgerow-device", "traceparent"],
    )
    return Starlette(
        routes=[
            Route(PATH, GraphQLEndpoint(parts)),
            WebSocketRoute(PATH, Sockets(parts).serve),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/metrics", health.metrics),
        ],
        middleware=[cors] if origins else [],
    )


async def _connect(settings: GatewaySettings, signer: Signer) -> Bus:
    while True:
        try:
            return await Bus.connect(
                settings.bus.nats_url,
                name="gateway",
                seed_file=settings.bus.nats_seed_file,
                signer=signer,
                most_items=MOST_ITEMS if settings.coalesce else 1,
            )
        except BusDown as down:
            log.warning("waiting for nats", extra={"why": down.detail})
            await asyncio.sleep(AGAIN_S)

"""The process that serves."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from hedgerow.telemetry import configure, flush
from opentelemetry.exporter.prometheus import PrometheusMetricReader

from hedgerow_gateway.app import create_app, parts_of
from hedgerow_gateway.connection import MOST_MESSAGE_BYTES
from hedgerow_gateway.settings import GatewaySettings


class Server(uvicorn.Server):
    """uvicorn raises a signal again when it has finished serving; what comes after would be lost."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def run(settings: GatewaySettings) -> int:
    """Until SIGTERM or SIGINT; what is under way is finished. Returns the exit code."""
    configure("gateway", settings.bus.otlp_endpoint, [PrometheusMetricReader()])
    async with parts_of(settings) as parts:
        server = Server(
            uvicorn.Config(
                create_app(parts),
                host=settings.host,
                port=settings.port,
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=MOST_MESSAGE_BYTES,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=10,
            )
        )
        gc.collect()
        gc.freeze()  # the schema lives for ever: do not look at it again
        gc.set_threshold(50_000, 20, 20)
        await server.serve()
    flush()
    return 0 if server.started else 1

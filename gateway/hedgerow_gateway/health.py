"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import time

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from hedgerow_gateway.parts import Parts

OWNERS = ("orders", "inventory", "routing", "rma")
KEPT_S = 1.0


class Health:
    """Ready when NATS is there and every service answers for itself."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._troubles: list[str] = []
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def alive(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(self, _: Request) -> Response:
        troubles = await self._look()
        return JSONResponse(
            {"ready": not troubles, "troubles": troubles}, status_code=503 if troubles else 200
        )

    async def metrics(self, _: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    async def _look(self) -> list[str]:
        """At most once a second, however many ask."""
        async with self._looking:
            if time.monotonic() - self._looked_at > KEPT_S:
                bus = self._parts.bus
                troubles = list(bus.troubles())
                if not troubles:
                    answers = await asyncio.gather(*(bus.ping(owner) for owner in OWNERS))
                    troubles = [each for answer in answers for each in answer]
                self._troubles = troubles
                self._looked_at = time.monotonic()
            return self._troubles

"""Simulations as they come further: to subscriptions that read them again.

An event may be missed; so a reader looks again after a while, told or not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import msgspec
from hedgerow.bus import Bus
from hedgerow.contracts.releases import SimulationProgressed
from hedgerow.contracts.values import SimulationId, TenantId

LOOK_S = 5.0

Key = tuple[TenantId, SimulationId]


class _Body(msgspec.Struct):
    simulation_id: SimulationId


class LiveSimulations:
    """Begin with `start`."""

    def __init__(self) -> None:
        self._listening: dict[Key, set[Progress]] = {}
        self._body = msgspec.json.Decoder(_Body)
        self._stop: Callable[[], Awaitable[None]] | None = None

    async def start(self, bus: Bus) -> None:
        self._stop = await bus.listen(f"{SimulationProgressed.SUBJECT}.*._", self.hear)

    async def stop(self) -> None:
        if self._stop is not None:
            await self._stop()

    def hear(self, subject: str, _headers: Mapping[str, str], body: bytes) -> None:
        """One event from NATS. What cannot be read is for a newer gateway."""
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            tenant_id = TenantId(UUID(subject.split(".")[-2]))
            for each in self._listening.get((tenant_id, self._body.decode(body).simulation_id), ()):
                each.came.set()

    @contextmanager
    def of(self, tenant_id: TenantId, simulation_id: SimulationId) -> Iterator[Progress]:
        """Hears of it from now on: enter before reading how far it is."""
        key, progress = (tenant_id, simulation_id), Progress()
        self._listening.setdefault(key, set()).add(progress)
        try:
            yield progress
        finally:
            self._listening[key].discard(progress)
            if not self._listening[key]:
                del self._listening[key]


class Progress:
    """However many steps came since one looked, they are one."""

    def __init__(self) -> None:
        self.came = asyncio.Event()

    async def next(self) -> None:
        """Until it came further, or a while has passed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.came.wait(), LOOK_S)
        self.came.clear()

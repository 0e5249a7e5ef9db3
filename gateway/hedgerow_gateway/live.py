"""Order events as they pass: to whoever waits for one order, and to subscriptions.

One core NATS subscription per process, and one for simulations. It may miss events while NATS is away; so nobody draws
conclusions from what did not come, and every event is only the occasion to read again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import msgspec
from hedgerow.auth import Caller, Permission
from hedgerow.bus import Bus
from hedgerow.contracts.values import OrderId, PlantId, TenantId

from hedgerow_gateway.feed import Feed
from hedgerow_gateway.live_overflow import VERSION_HEADER, LiveOverflow
from hedgerow_gateway.live_simulations import LiveSimulations

SUBJECT = "hedgerow.evt.orders.>"


class Passed(msgspec.Struct, frozen=True):
    """An event that has just passed. name is that of its subject: "order_reserved"."""

    name: str
    tenant_id: TenantId
    plant_id: PlantId | None
    order_id: OrderId
    occurred_at: datetime
    version: int

    def visible_to(self, caller: Caller) -> bool:
        """What has no plant yet is for those with rights over the whole tenant."""
        return self.tenant_id == caller.tenant_id and caller.holds(
            Permission.ORDER_READ, self.plant_id
        )


class _Body(msgspec.Struct):
    order_id: OrderId
    occurred_at: datetime


class Live:
    """Begin with `start`. overflow  what passes of locations that trip and clear"""

    def __init__(self) -> None:
        self.overflow = LiveOverflow()
        self.simulations = LiveSimulations()
        self._waiting: dict[UUID, set[Waiter]] = {}
        self._feeds: set[Feed[Passed]] = set()
        self._body = msgspec.json.Decoder(_Body)
        self._stop: Callable[[], Awaitable[None]] | None = None

    async def start(self, bus: Bus) -> None:
        self._stop = await bus.listen(SUBJECT, self.hear)
        await self.overflow.start(bus)
        await self.simulations.start(bus)

    async def stop(self) -> None:
        await self.simulations.stop()
        if self._stop is not None:
            await self._stop()
        await self.overflow.stop()

    def hear(self, subject: str, headers: Mapping[str, str], body: bytes) -> None:
        """One event from NATS. What cannot be read is for a newer gateway."""
        if not self._waiting and not self._feeds:
            return
        parts = subject.split(".")
        if len(parts) != 7:
            return
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            read = self._body.decode(body)
            passed = Passed(
                parts[3],
                TenantId(UUID(parts[5])),
                None if parts[6] == "_" else PlantId(UUID(parts[6])),
                read.order_id,
                read.occurred_at,
                int(headers.get(VERSION_HEADER, "0")),
            )
            for waiter in self._waiting.get(passed.order_id, ()):
                waiter.offer(passed)
            for feed in self._feeds:
                feed.offer(passed)

    @contextmanager
    def waiting_for(
        self, caller: Caller, order_id: UUID, names: frozenset[str]
    ) -> Iterator[Waiter]:
        """Hears of the order from now on: enter before sending what causes the event."""
        waiter = Waiter(caller.tenant_id, names)
        self._waiting.setdefault(order_id, set()).add(waiter)
        try:
            yield waiter
        finally:
            waiters = self._waiting[order_id]
            waiters.discard(waiter)
            if not waiters:
                del self._waiting[order_id]

    async def feed(self, wanted: Callable[[Passed], bool]) -> AsyncIterator[Passed]:
        """Events from now on for which `wanted` is true. Raises TooSlow."""
        feed = Feed(wanted)
        self._feeds.add(feed)
        try:
            while True:
                yield await feed.next()
        finally:
            self._feeds.discard(feed)


class Waiter:
    """Waits for the first event of one of `names`."""

    def __init__(self, tenant_id: TenantId, names: frozenset[str]) -> None:
        self._tenant_id = tenant_id
        self._names = names
        self._came = asyncio.Event()

    def offer(self, passed: Passed) -> None:
        if passed.tenant_id == self._tenant_id and passed.name in self._names:
            self._came.set()

    async def came(self, within_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._came.wait()
        return self._came.is_set()

"""Locations that trip and clear, as it passes, to subscriptions: at most once, like order events."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from uuid import UUID

import msgspec
from hedgerow.auth import Caller, Permission
from hedgerow.bus import Bus
from hedgerow.contracts.inventory import OverflowState, StockKey
from hedgerow.contracts.overflow import OverflowCleared, OverflowEvent, OverflowTripped
from hedgerow.contracts.values import LocationId, TenantId

from hedgerow_gateway.feed import Feed

STATES: Mapping[type[OverflowEvent], OverflowState] = {
    OverflowTripped: OverflowState.TRIPPED,
    OverflowCleared: OverflowState.CLEAR,
}
VERSION_HEADER = "Hedgerow-Version"


class Turned(msgspec.Struct, frozen=True):
    """A location has just tripped or cleared. version  of the stock item after it"""

    tenant_id: TenantId
    event: OverflowEvent
    version: int

    @property
    def state(self) -> OverflowState:
        return STATES[type(self.event)]

    @property
    def sku(self) -> str:
        return self.event.sku

    @property
    def location_id(self) -> LocationId:
        return self.event.location_id

    @property
    def key(self) -> StockKey:
        return StockKey(self.event.sku, self.event.location_id)

    def visible_to(self, caller: Caller) -> bool:
        return self.tenant_id == caller.tenant_id and caller.holds(
            Permission.STOCK_READ, self.event.plant_id
        )


class LiveOverflow:
    """Begin with `start`."""

    def __init__(self) -> None:
        self._feeds: set[Feed[Turned]] = set()
        self._stops: list[Callable[[], Awaitable[None]]] = []

    async def start(self, bus: Bus) -> None:
        for kind in STATES:
            hear = self._hearing(msgspec.json.Decoder(kind))
            self._stops.append(await bus.listen(f"{kind.SUBJECT}.>", hear))

    async def stop(self) -> None:
        while self._stops:
            await self._stops.pop()()

    def _hearing(
        self, decoder: msgspec.json.Decoder[OverflowEvent]
    ) -> Callable[[str, Mapping[str, str], bytes], None]:
        def hear(subject: str, headers: Mapping[str, str], body: bytes) -> None:
            """One event from NATS. What cannot be read is for a newer gateway."""
            if not self._feeds:
                return
            with contextlib.suppress(msgspec.MsgspecError, ValueError):
                tenant = TenantId(UUID(subject.split(".")[-2]))
                version = int(headers.get(VERSION_HEADER, "0"))
                turned = Turned(tenant, decoder.decode(body), version)
                for feed in self._feeds:
                    feed.offer(turned)

        return hear

    async def feed(self, wanted: Callable[[Turned], bool]) -> AsyncIterator[Turned]:
        """Events from now on for which `wanted` is true. Raises TooSlow."""
        feed = Feed(wanted)
        self._feeds.add(feed)
        try:
            while True:
                yield await feed.next()
        finally:
            self._feeds.discard(feed)

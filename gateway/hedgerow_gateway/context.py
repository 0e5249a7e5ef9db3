"""What a resolver is given, and how it speaks to the services."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import strawberry
from hedgerow.auth import Caller, Origin, Presence, StaleAccess
from hedgerow.bus import Bus
from hedgerow.contracts.message import Request
from hedgerow.errors import Refused

from hedgerow_gateway.denials import Denials
from hedgerow_gateway.live import Live
from hedgerow_gateway.loaders import Loaders
from hedgerow_gateway.login import Session

R = TypeVar("R")


@dataclass(slots=True)
class Context:
    """Of one operation, or of one event of a subscription.

    session    the caller, with the rights that the operation began with, or newer ones
    language   "zh" or "en"
    timeout_s  time for the whole of it, seconds
    settle_s   how long to wait for an order to settle, seconds
    roots      the operation's fields, by the names in its answer: what they are called in the
               schema, and their arguments
    """

    bus: Bus
    live: Live
    denials: Denials
    session: Session
    language: str
    origin: Origin
    timeout_s: float
    settle_s: float
    ends_at: float = field(init=False)
    load: Loaders = field(init=False)
    roots: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.renew()

    @property
    def caller(self) -> Caller:
        return self.session.caller

    @property
    def request_id(self) -> str:
        return self.origin.request_id

    def renew(self) -> None:
        """Forget what was read, and give it its whole time again: a subscription's next event."""
        self.ends_at = asyncio.get_running_loop().time() + self.timeout_s
        self.load = Loaders(self.ask)

    async def follow(self) -> None:
        """Take the caller's rights as they are now, at most a second old. Raises Unavailable."""
        self.session = await self.session.renewed()

    async def ask(
        self, message: Request[R], *, key: str = "", presence: Presence | None = None
    ) -> R:
        """Send `message` as the caller. When their rights have changed meanwhile they are read
        again, and it is sent once more.

        key       idempotency key
        presence  what routing attested of the caller's position

        Raises Refused.
        """
        caller = self.caller
        try:
            return await self._send(message, caller, key, presence)
        except Refused as refused:
            if refused.code != StaleAccess.code:
                raise
        async with self._renewing:
            if self.caller is caller:
                self.session = await self.session.renewed(since=time.monotonic())
        return await self._send(message, self.caller, key, presence)

    async def ask_as_gateway(self, message: Request[R], *, key: str = "", within_s: float) -> R:
        """Send `message` in the gateway's own name, which sees the whole tenant: for what the
        caller is never shown. Has its own time: the operation's may be over."""
        caller = Caller.service("gateway", self.caller.tenant_id)
        return await self.bus.request(
            message, caller, timeout_s=within_s, key=key, origin=self.origin
        )

    async def _send(
        self, message: Request[R], caller: Caller, key: str, presence: Presence | None
    ) -> R:
        left_s = self.ends_at - asyncio.get_running_loop().time()
        return await self.bus.request(
            message, caller, timeout_s=left_s, key=key, origin=self.origin, presence=presence
        )

    def say(self, refused: Refused) -> str:
        """The refusal in the caller's language."""
        return refused.zh if self.language == "zh" else refused.en


Info: TypeAlias = strawberry.Info[Context, Any]

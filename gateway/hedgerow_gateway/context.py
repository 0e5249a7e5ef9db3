"""What a resolver is given, and how it speaks to the services."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import strawberry
from hedgerow.auth import Caller
from hedgerow.bus import Bus
from hedgerow.contracts.message import Request
from hedgerow.errors import Refused

from hedgerow_gateway.live import Live
from hedgerow_gateway.loaders import Loaders

R = TypeVar("R")


@dataclass(slots=True)
class Context:
    """Of one operation, or of one event of a subscription.

    language   "zh" or "en"
    timeout_s  time for the whole of it, seconds
    settle_s   how long to wait for an order to settle, seconds
    """

    bus: Bus
    live: Live
    caller: Caller
    language: str
    request_id: str
    timeout_s: float
    settle_s: float
    ends_at: float = field(init=False)
    load: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Forget what was read, and give it its whole time again: a subscription's next event."""
        self.ends_at = asyncio.get_running_loop().time() + self.timeout_s
        self.load = Loaders(self.ask)

    async def ask(self, message: Request[R], *, key: str = "") -> R:
        """Send `message` as the caller; key is an idempotency key. Raises Refused."""
        left_s = self.ends_at - asyncio.get_running_loop().time()
        return await self.bus.request(message, self.caller, timeout_s=left_s, key=key)

    def say(self, refused: Refused) -> str:
        """The refusal in the caller's language."""
        return refused.zh if self.language == "zh" else refused.en


Info: TypeAlias = strawberry.Info[Context, Any]

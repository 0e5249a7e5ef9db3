"""A queue of events for one subscription."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from hedgerow.errors import Unavailable

MOST_WAITING_EVENTS = 1000

T = TypeVar("T")


class TooSlow(Unavailable):
    code = "TOO_SLOW"

    def __init__(self) -> None:
        super().__init__(
            "Events came faster than they were read; subscribe again.",
            "事件产生速度超过读取速度，请重新订阅",
        )


class Feed(Generic[T]):
    """A bounded queue of wanted events; when it overflows, its reader is told and it ends."""

    def __init__(self, wanted: Callable[[T], bool]) -> None:
        self._wanted = wanted
        self._queue: asyncio.Queue[T] = asyncio.Queue(MOST_WAITING_EVENTS)
        self._overflowed = False

    def offer(self, passed: T) -> None:
        if self._overflowed or not self._wanted(passed):
            return
        try:
            self._queue.put_nowait(passed)
        except asyncio.QueueFull:
            self._overflowed = True

    async def next(self) -> T:
        """Raises TooSlow."""
        if self._overflowed and self._queue.empty():
            raise TooSlow
        return await self._queue.get()

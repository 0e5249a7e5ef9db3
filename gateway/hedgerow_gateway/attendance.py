"""Work that stops when its time is over, or when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hedgerow_gateway.body import ClientGone, Receive

WATCH_AFTER_S = 0.05  # most requests are over before


@asynccontextmanager
async def attending(receive: Receive, within_s: float) -> AsyncIterator[None]:
    """Cancels what runs inside when the client disconnects (raises ClientGone) or `within_s` has
    passed (raises TimeoutError)."""
    watch = _Watch(receive)
    try:
        async with asyncio.timeout(within_s):
            yield
    except asyncio.CancelledError:
        if not watch.gone or watch.task.uncancel() > 0:
            raise
        raise ClientGone from None
    finally:
        watch.stop()


class _Watch:
    """Waits for the disconnection in the background, beginning a little later."""

    def __init__(self, receive: Receive) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task = task
        self.gone = False
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._begin)

    def stop(self) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._wait())

    async def _wait(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            self.task.cancel()

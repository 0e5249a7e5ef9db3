"""Natural batching: what has arrived while the last transaction ran goes together into the next.

There is no timer. A lone message never waits; under load batches grow by themselves.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(Generic[T]):
    """Messages of one kind on their way through transactions.

    most      messages in a batch
    parallel  batches at once
    together  whether a message may share the batch of the first one
    """

    def __init__(
        self,
        run: Callable[[Sequence[T]], Awaitable[None]],
        *,
        most: int,
        parallel: int,
        together: Callable[[T, T], bool],
    ) -> None:
        self._run = run
        self._most = most
        self._parallel = parallel
        self._together = together
        self._waiting: deque[T] = deque()
        self._workers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._workers

    def add(self, message: T) -> None:
        self._waiting.append(message)
        if self._workers < self._parallel:
            self._workers += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        # A worker counts as gone the moment it finds nothing left. Were it counted until its task
        # is done, a tick later, what is added in between would lie there with nobody to take it.
        try:
            while self._waiting:
                await self._run(self._take())
        finally:
            self._workers -= 1

    def _take(self) -> list[T]:
        first = self._waiting.popleft()
        batch = [first]
        left: list[T] = []
        while self._waiting and len(batch) < self._most:
            candidate = self._waiting.popleft()
            (batch if self._together(first, candidate) else left).append(candidate)
        self._waiting.extendleft(reversed(left))
        return batch

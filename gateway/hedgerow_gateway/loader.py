"""Answers to keys: one request for all that one tick of the loop asks for."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_KEYS = 100  # in one request


class WrongAnswer(Exception):
    """A service did not answer key by key."""


class Loader(Generic[K, V]):
    """Answers keys with `ask`, which takes many and answers in their order."""

    __slots__ = ("_ask", "_asked", "_failed", "_known", "_tasks", "_unsent")

    def __init__(self, ask: Callable[[tuple[K, ...]], Awaitable[Sequence[V]]]) -> None:
        self._ask = ask
        self._known: dict[K, V] = {}
        self._failed: dict[K, BaseException] = {}  # not asked again: the time is the same
        self._asked: dict[K, list[asyncio.Future[V]]] = {}
        self._unsent: list[K] = []
        self._tasks: set[asyncio.Future[Sequence[V]]] = set()

    def load(self, key: K) -> asyncio.Future[V]:
        """A future of its own for every asker, so that one may be cancelled without the others."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V] = loop.create_future()
        if key in self._known:
            future.set_result(self._known[key])
        elif key in self._failed:
            future.set_exception(self._failed[key])
            future.exception()  # seen: its asker may have gone away
        elif key in self._asked:
            self._asked[key].append(future)
        else:
            if not self._unsent:
                loop.call_soon(self._send)
            self._unsent.append(key)
            self._asked[key] = [future]
        return future

    async def load_all(self, keys: Sequence[K]) -> list[V]:
        return [await each for each in [self.load(key) for key in keys]]

    async def load_many(self, keys: Sequence[K | None]) -> list[V | None]:
        """In the order of `keys`, None for None; each key is waited for once."""
        missing = {key for key in keys if key is not None and key not in self._known}
        if missing:
            await asyncio.gather(*map(self.load, missing))
        return [None if key is None else self._known[key] for key in keys]

    def know(self, key: K, value: V) -> None:
        """`value` was read another way."""
        self._known[key] = value

    def forget(self, key: K) -> None:
        self._known.pop(key, None)
        self._failed.pop(key, None)

    def _send(self) -> None:
        keys, self._unsent = self._unsent, []
        for start in range(0, len(keys), MOST_KEYS):
            part = tuple(keys[start : start + MOST_KEYS])
            task = asyncio.ensure_future(self._ask(part))
            self._tasks.add(task)
            task.add_done_callback(partial(self._settle, part))

    def _settle(self, keys: tuple[K, ...], task: asyncio.Future[Sequence[V]]) -> None:
        self._tasks.discard(task)
        open_ = [[one for one in self._asked.pop(key) if not one.done()] for key in keys]
        error = None if task.cancelled() else task.exception()
        values = () if task.cancelled() or error else task.result()
        if error is None and len(values) == len(keys):
            for key, futures, value in zip(keys, open_, values, strict=True):
                self._known[key] = value
                for future in futures:
                    future.set_result(value)
            return
        error = error or WrongAnswer(f"{len(values)} answers to {len(keys)} keys")
        self._failed |= dict.fromkeys(keys, error)
        for future in itertools.chain.from_iterable(open_):
            future.set_exception(error)
            future.exception()  # seen: its asker may have gone away

"""Ctrl-C and friends: when they may break in, and when they have to wait."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from .trouble import say

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the runner to stop."""


class Interruption:
    """Turns the stop signals into `Stopped`, raised where the program just is.

    Inside `held()` the first one is kept until the block is left, so that no child is
    started without being noted down. Once the stop has begun, further ones change nothing.
    """

    def __init__(self) -> None:
        self._holds = 0
        self._waiting = False
        self._stopping = False

    def install(self) -> None:
        for number in STOPS:
            signal.signal(number, self._arrived)

    @contextmanager
    def held(self) -> Iterator[None]:
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        if self._waiting and not self._holds:
            self._waiting = False
            raise Stopped

    @contextmanager
    def ends_with(self, stop: Callable[[], None]) -> Iterator[None]:
        """However the block ends, `stop` runs to its own end; a wish to stop is no error."""
        try:
            with suppress(Stopped):
                yield
        finally:
            self._stopping = True
            stop()

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self._stopping:
            say("Still stopping; every step has a deadline …")
        elif self._holds:
            self._waiting = True
        else:
            raise Stopped

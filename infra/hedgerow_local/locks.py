"""One at a time in one checkout."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .places import LOCAL
from .processes import Identity, wait_until
from .trouble import Trouble, say

MARK = "hedgerow_local"


class RunnerLock:
    """Held by the one `make up` of a checkout for as long as it lives, however it ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: IO[str] | None = None

    def take(self) -> bool:
        """Take the lock if nobody has it."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        held = self._file.open("a")
        if not _try(held):
            held.close()
            return False
        self._held = held
        if identity := Identity.of(os.getpid(), MARK):
            identity.write(self._file)
        return True

    def is_taken(self) -> bool:
        if not self._file.exists():
            return False
        with self._file.open("a") as probe:
            return not _try(probe)

    def holder(self) -> Identity | None:
        """The runner that has the lock, or None when nobody does."""
        return Identity.read(self._file) if self.is_taken() else None


@contextlib.contextmanager
def one_set_up_at_a_time() -> Iterator[None]:
    """Wait until no other command installs into this checkout."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / "setup.lock").open("a") as file:
        if not _try(file):
            say("Another command is setting up this checkout; waiting for it …")
            if not wait_until(lambda: _try(file), 1800, every_s=0.5):
                raise Trouble(
                    "Another set-up of this checkout has been running for half an hour.",
                    "look what it waits for (`ps -ef | grep hedgerow_local`), or end it",
                )
        yield


def _try(file: IO[str]) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False

"""Which rows of a file are done, so that a run that was cut short can go on.

A text file beside the data: a first line that names the gateway, then one line a row, its number
and a mark of its order_id. Lines are only ever added, and reach the disk in batches; what was
done and not written down is sent again with the same idempotency key, and so not done twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from pathlib import Path
from types import TracebackType

from hedgerow_gateway.client.api import ClientError

EVERY_ROWS = 200
EVERY_S = 1.0
_TITLE = "hedgerow import 1"


class Journal:
    """Open for one process at a time."""

    def __init__(self, path: Path, target: str, *, restart: bool = False) -> None:
        """target  the gateway's address; restart forgets what is done. Raises ClientError."""
        self.path = path
        self._done: set[int] = set()
        self._waiting: list[str] = []
        self._synced = time.monotonic()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as wrong:
            raise ClientError(
                f"{path} cannot be written: {wrong.strerror}; --state names another folder."
            ) from wrong
        try:
            self._lock()
            if restart:
                os.ftruncate(self._file, 0)
            self._read(f"{_TITLE} {target}")
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.sync()
        finally:
            os.close(self._file)

    def __contains__(self, row: tuple[int, str]) -> bool:
        """Is the row of this number and order_id done?"""
        return _mark(*row) in self._done

    def __len__(self) -> int:
        return len(self._done)

    def add(self, number: int, order_id: str) -> None:
        """Raises OSError when the disk takes no more."""
        mark = _mark(number, order_id)
        self._done.add(mark)
        self._waiting.append(f"{number} {mark & _MARK:016x}\n")
        if len(self._waiting) >= EVERY_ROWS or time.monotonic() - self._synced >= EVERY_S:
            self.sync()

    def sync(self) -> None:
        """Put what was added onto the disk."""
        if self._waiting:
            self._write("".join(self._waiting))
            self._waiting.clear()
        self._synced = time.monotonic()

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as wrong:
            raise ClientError(f"Another import of this file is running ({self.path}).") from wrong

    def _read(self, title: str) -> None:
        """A last line that a crash cut off is taken away: its row counts as not done."""
        whole = 0
        with open(self._file, "rb", closefd=False) as reader:
            for number, line in enumerate(reader):
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                if number == 0:
                    self._check(line.decode("utf-8", "replace").rstrip("\n"), title)
                elif (entry := _entry(line)) is not None:
                    self._done.add(entry)
        os.ftruncate(self._file, whole)
        if whole == 0:
            self._write(f"{title}\n")

    def _check(self, found: str, title: str) -> None:
        if found != title:
            raise ClientError(
                f"{self.path} belongs to another import ({found!r}); "
                "delete it, or start anew with --restart."
            )


_MARK = (1 << 64) - 1


def _mark(number: int, order_id: str) -> int:
    """Number and order_id in one: a row that moved or changed its order is not done."""
    digest = hashlib.sha256(order_id.encode("utf-8", "surrogatepass")).digest()
    return number << 64 | int.from_bytes(digest[:8], "big")


def _entry(line: bytes) -> int | None:
    number, _, mark = line.rstrip(b"\n").partition(b" ")
    try:
        return int(number) << 64 | int(mark, 16)
    except ValueError:
        return None

"""The processes of one PostgreSQL server, and how to end them without harming its data."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from .processes import Identity, Steps, end, numbers, parent_of, wait_until
from .trouble import Trouble

# Fast, immediate, and at last as a crash; a fast shutdown may have much to write down.
STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
# For data that will be dropped: nothing is written down first.
DROP = STOP[1:]
KILL = ((signal.SIGKILL, 10.0),)


def is_ready(data: Path) -> bool:
    """Whether the server wrote that it takes connections: line 8 of its pid file."""
    with contextlib.suppress(OSError, IndexError):
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    return False


def end_server(pid: int, data: Path, steps: Steps) -> None:
    """End the server of `data` whose first process is `pid`, and wait for its backends.

    Does nothing when that number belongs to anybody else by now.
    """
    postmaster = Identity.of(pid, f"-D {data}")
    if postmaster is None or not postmaster.alive():
        return
    if steps[0][0] is signal.SIGKILL:
        os.kill(pid, signal.SIGSTOP)  # no further backend is born while we look
    backends = _identities(one for one in _all() if parent_of(one) == pid)
    end([postmaster], steps)
    _see_off([postmaster, *backends], data)


def end_leftovers(data: Path) -> None:
    """Stop a server of this data that outlived its runner, and clear its stale pid file.

    PostgreSQL would refuse to start when the number in that file was given to another
    process of the same user.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        end_server(int(pid_file.read_text().split("\n", 1)[0]), data, STOP)
    orphans = [one for one in _all() if _works_in(one, data)]
    if orphans:
        _see_off(_identities(orphans), data)
    if sys.platform == "linux":  # elsewhere we cannot be sure that nobody works there
        with contextlib.suppress(OSError):
            pid_file.unlink()


def _see_off(processes: list[Identity], data: Path) -> None:
    """Wait for processes that leave by themselves when they notice; kill the busy ones."""
    if wait_until(lambda: not any(one.alive() for one in processes), 5):
        return
    if not end(processes, KILL):
        numbers_ = " ".join(str(one.pid) for one in processes if one.alive())
        raise Trouble(f"PostgreSQL in {data} does not end.", f"look at `ps -fp '{numbers_}'`")


def _identities(pids: Iterable[int]) -> list[Identity]:
    return [one for one in (Identity.of(pid, "postgres") for pid in pids) if one]


def _all() -> list[int]:
    return list(numbers()) if sys.platform == "linux" else []


def _works_in(pid: int, data: Path) -> bool:
    """Whether this is a PostgreSQL process whose working directory is `data`."""
    with contextlib.suppress(OSError):
        if os.readlink(f"/proc/{pid}/cwd") == str(data):
            return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    return False

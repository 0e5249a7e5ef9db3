"""Child processes: start them, recognise them again, and end them without touching a stranger."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO

LOG_BYTES = 20_000_000

Words = Sequence[str | Path]
"""A program and its arguments."""

Steps = Sequence[tuple[signal.Signals, float]]
"""Signals to send one after another, each with the seconds it is given to work."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One process and no other, even after its number was given away again.

    `started` is the boot and the clock tick it began at; `mark` a word of its command line.
    """

    pid: int
    started: str
    mark: str

    @classmethod
    def of(cls, pid: int, mark: str) -> "Identity | None":
        """The running process with this number, or None when there is none."""
        seen = _look(pid)
        return None if seen is None else cls(pid, seen[0], mark)

    @classmethod
    def read(cls, path: Path) -> "Identity | None":
        """The identity a pid file holds, or None when it holds none."""
        try:
            fields = json.loads(path.read_text())
            return cls(int(fields["pid"]), str(fields["started"]), str(fields["mark"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)) + "\n")

    def alive(self) -> bool:
        """Whether this very process still runs. A zombie does not."""
        seen = _look(self.pid)
        if seen is None:
            return False
        started, command = seen
        return started == self.started and (not command or self.mark in command)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account a program runs as instead of root."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Words,
    *,
    log: Path | None,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    parting: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that a Ctrl-C at the terminal misses it.

    Where Linux allows it the child gets the signal `parting` when this process dies,
    however it dies. Output is appended to `log`, or goes where ours goes.
    """
    words = [str(word) for word in command]
    if sys.platform == "linux" and (setpriv := shutil.which("setpriv")):
        words = [setpriv, "--pdeathsig", parting.name.removeprefix("SIG"), "--", *words]

    def start() -> subprocess.Popen[bytes]:
        with contextlib.nullcontext() if log is None else _open_log(log) as output:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output and subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[account.gid] if account else None,
            )

    # The kernel counts the death of the starting thread, not of the process.
    if threading.current_thread() is threading.main_thread():
        return start()
    return _lasting_thread().submit(start).result()


def _open_log(log: Path) -> IO[bytes]:
    """Open a log for appending; a long one is set aside first."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
    return log.open("ab")


@cache
def _lasting_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawn")


def end(processes: Sequence[Identity], steps: Steps) -> bool:
    """End processes together, gently first; True when all of them are gone.

    Whatever a process that led its own group left behind in that group is killed at last.
    """
    groups = [one.pid for one in processes if one.alive() and _leads_a_group(one.pid)]
    for step, seconds in steps:
        for one in processes:
            if one.alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, step)
        if wait_until(lambda: not any(one.alive() for one in processes), seconds):
            break
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    return not any(one.alive() for one in processes)


def wait_until(condition: Callable[[], bool], seconds: float, every_s: float = 0.03) -> bool:
    """Wait for `condition` at most `seconds`; says whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log file, indented for the terminal."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_000))
            lines = file.read().decode(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        lines = []
    return "\n".join(f"    | {line}" for line in lines or ["(its log is empty)"])


def numbers() -> Iterator[int]:
    """The numbers of all running processes; Linux only."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            yield int(entry.name)


def parent_of(pid: int) -> int | None:
    """The number of a process's parent; Linux only."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _leads_a_group(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid) == pid and pid != os.getpgrp()
    return False


def _look(pid: int) -> tuple[str, str] | None:
    """When a process started, and its command line; None for a zombie or nobody."""
    if sys.platform != "linux":
        return _look_with_ps(pid)
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return None
    return f"{_boot()}/{fields[19]}", command.decode(errors="replace")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the third on: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _look_with_ps(pid: int) -> tuple[str, str] | None:
    out = subprocess.run(
        ["ps", "-o", "stat=,lstart=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    ).stdout.split(maxsplit=6)
    if len(out) < 7 or out[0].startswith("Z"):
        return None
    return " ".join(out[1:6]), out[6]

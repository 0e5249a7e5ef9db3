"""A program of Hedgerow itself as a child: a service, or the gateway."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .places import ROOT, RUN
from .processes import Identity, Words, end, spawn
from .trouble import Trouble

STOP = ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0))


class Program:
    """One child. `mark` is a word of its command line that tells it from others."""

    def __init__(
        self,
        name: str,
        command: Words,
        *,
        mark: str,
        env: Mapping[str, str],
        log: Path,
    ) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._mark = mark
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    def restart(self) -> None:
        """Start it; it must not run."""
        RUN.mkdir(parents=True, exist_ok=True)
        self._process = spawn(self._command, log=self.log, env=self._env, cwd=ROOT)
        if identity := self.identity():
            identity.write(self._pid_file)

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def identity(self) -> Identity | None:
        return Identity.of(self._process.pid, self._mark) if self._process else None

    def forget(self) -> None:
        """Collect the ended child and drop its pid file."""
        if self._process is not None:
            self._process.wait(timeout=10)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return RUN / f"{self.name}.pid"


def stop_together(programs: Sequence[Program]) -> None:
    """Ask programs to end, at the same time; kill those that do not."""
    running = [one for one in programs if one.alive()]
    end([identity for one in running if (identity := one.identity())], STOP)
    for one in programs:
        one.forget()


def end_orphans() -> list[str]:
    """End programs that a killed runner left behind; returns their names."""
    names = []
    for file in sorted(RUN.glob("*.pid")):
        orphan = Identity.read(file)
        if orphan is not None and orphan.alive():
            names.append(file.stem)
            if not end([orphan], STOP):
                raise Trouble(
                    f"{file.stem} of an earlier run (process {orphan.pid}) does not end.",
                    f"look at `ps -fp {orphan.pid}`",
                )
        file.unlink(missing_ok=True)
    return names

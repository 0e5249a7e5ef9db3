"""Run one command to its end."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from .places import LOGS, ROOT
from .processes import Words, last_lines
from .trouble import Trouble


def succeeds(
    command: Words,
    *,
    log: str,
    seconds: float,
    env: Mapping[str, str] | None = None,
) -> bool:
    """Run a command in the checkout with its output in `.local/log/<log>.log`; False when it fails.

    It gets a session of its own: a Ctrl-C is for the runner to pass on, or not. `env` is all
    of its environment; without it the command inherits ours.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    with log_of(log).open("ab") as output:
        output.write(f"$ {' '.join(map(str, command))}\n".encode())
        output.flush()
        try:
            done = subprocess.run(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=ROOT,
                timeout=seconds,
                check=False,
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            output.write(f"{error}\n".encode())
            return False
    return done.returncode == 0


def must_succeed(
    command: Words,
    *,
    what: str,
    cure: str,
    log: str,
    seconds: float,
    env: Mapping[str, str] | None = None,
) -> None:
    """Like `succeeds`, but a failure is Trouble: `what` did not work, and the cure."""
    if not succeeds(command, log=log, seconds=seconds, env=env):
        raise Trouble(f"{what}. The end of {log_of(log)}:\n{last_lines(log_of(log))}", cure)


def log_of(name: str) -> Path:
    return LOGS / f"{name}.log"

"""Stop the suite of this checkout, and drop what it kept."""

import os
import shutil
import signal

from .locks import RunnerLock
from .nats import end_leftover
from .places import (
    KEYS,
    LOGS,
    NATS_DIRECTORY,
    POSTGRES_DIRECTORY,
    RUN,
    RUNNER_LOCK,
    SECRETS,
)
from .postgres_data import data_of, drop_data
from .postgres_processes import end_leftovers
from .processes import wait_until
from .programs import end_orphans
from .trouble import Trouble, say

DOWN_S = 120.0


def down() -> None:
    """Stop a running `make up`, or what a killed one left behind."""
    lock = RunnerLock(RUNNER_LOCK)
    holder = lock.holder()
    if lock.is_taken():
        if holder is None or not holder.alive():
            raise Trouble("`make up` is just starting or ending.", "try again in a moment")
        say(f"Stopping the running suite (process {holder.pid}) …")
        os.kill(holder.pid, signal.SIGTERM)
        if not wait_until(lambda: not lock.is_taken(), DOWN_S):
            raise Trouble(
                f"It did not end in {DOWN_S:g} s.",
                f"`kill -9 {holder.pid}`, then `make down` again",
            )
    for name in end_orphans():
        say(f"Stopped {name}, left over from a run that was killed.")
    end_leftover(NATS_DIRECTORY)
    end_leftovers(data_of(POSTGRES_DIRECTORY))
    say("Nothing of this checkout runs now.")


def reset() -> None:
    """Stop, and drop data, keys, passwords and logs. What was installed stays."""
    down()
    drop_data(POSTGRES_DIRECTORY)
    for directory in (NATS_DIRECTORY, KEYS, SECRETS, LOGS, RUN):
        shutil.rmtree(directory, ignore_errors=True)
    say("The local data is gone; `make up` starts from nothing.")
    if os.environ.get("HEDGEROW_POSTGRES_URL"):
        say("The server that HEDGEROW_POSTGRES_URL names was left as it is.")

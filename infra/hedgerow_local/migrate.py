"""Bring the four databases up to date."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .environment import Suite, make_keys
from .locks import RunnerLock
from .nats import running_nats_url
from .places import LOGS, NATS_DIRECTORY, POSTGRES_DIRECTORY, ROOT, RUNNER_LOCK, SERVICES, program
from .postgres import PostgresServer, running_url
from .processes import Identity, end, last_lines, spawn, wait_until
from .programs import STOP
from .trouble import Trouble, say

MIGRATE_S = 240.0


def migrate() -> None:
    """`make migrate`: on the server that is named, that runs, or that is started for it; the
    event streams only where NATS is named or runs."""
    make_keys()
    with local_postgres() as url:
        nats = os.environ.get("HEDGEROW_NATS_URL") or running_nats_url(NATS_DIRECTORY)
        migrate_all(Suite(url, nats, nats, None, port=0))


def migrate_all(suite: Suite) -> None:
    """Create or update the databases and streams of all services, side by side."""
    say("Migrating the four databases …")
    LOGS.mkdir(parents=True, exist_ok=True)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for service in SERVICES:
            running[service] = spawn(
                [program("python"), "-m", f"hedgerow_{service}", "migrate"],
                log=_log(service),
                env=suite.for_migration(service),
                cwd=ROOT,
            )
        wait_until(lambda: all(one.poll() is not None for one in running.values()), MIGRATE_S)
        for service, process in running.items():
            if process.poll() != 0:
                raise Trouble(
                    f"The migration of hedgerow_{service} failed. "
                    f"The end of {_log(service)}:\n{last_lines(_log(service))}",
                    "mend what it says; `make reset` drops the local data and starts from nothing",
                )
    finally:
        late = [Identity.of(one.pid, "migrate") for one in running.values() if one.poll() is None]
        end([one for one in late if one], STOP)


def _log(service: str) -> Path:
    return LOGS / f"{service}-migrate.log"


@contextlib.contextmanager
def local_postgres() -> Iterator[str]:
    """The superuser's address of the server that is named, that runs, or that is started now."""
    if url := os.environ.get("HEDGEROW_POSTGRES_URL"):
        yield url
        return
    lock = RunnerLock(RUNNER_LOCK)
    if not lock.take():
        url = running_url(POSTGRES_DIRECTORY)
        if url is None:
            raise Trouble("`make up` is starting or stopping.", "wait for it, then try again")
        yield url
        return
    server = PostgresServer.start(POSTGRES_DIRECTORY, log=LOGS / "postgres.log")
    try:
        yield server.admin_url
    finally:
        server.stop()

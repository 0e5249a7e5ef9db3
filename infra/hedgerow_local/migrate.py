"""Bring the four databases up to date."""

import contextlib
import os
from collections.abc import Iterator

from .commands import must_succeed
from .environment import Suite, make_keys
from .locks import RunnerLock
from .places import LOGS, POSTGRES_DIRECTORY, RUNNER_LOCK, SERVICES, program
from .postgres import PostgresServer, running_url
from .trouble import Trouble, say


def migrate() -> None:
    """`make migrate`: on the server that is named, that runs, or that is started for it."""
    make_keys()
    with _server() as url:
        migrate_all(Suite(postgres_url=url, nats_url="", port=0))


def migrate_all(suite: Suite) -> None:
    """Create or update the database of each service."""
    say("Migrating the four databases …")
    for service in SERVICES:
        must_succeed(
            [program("python"), "-m", f"hedgerow_{service}", "migrate"],
            what=f"The migration of hedgerow_{service} failed",
            cure="mend what it says; `make reset` drops the local data and starts from nothing",
            log=f"{service}-migrate",
            seconds=180,
            env=suite.for_migration(service),
        )


@contextlib.contextmanager
def _server() -> Iterator[str]:
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

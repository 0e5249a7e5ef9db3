"""Servers of the benchmarks' own, set as for production, and a place for what they write."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hedgerow_local.locks import RunnerLock
from hedgerow_local.nats import end_leftover
from hedgerow_local.places import LOCAL
from hedgerow_local.postgres_data import drop_data
from hedgerow_local.servers import NatsServer, PostgresServer
from hedgerow_local.trouble import Trouble
from worlds import Databases

from .report import Report, say

if TYPE_CHECKING:
    from .shop import Shop

FOLDER = LOCAL / "bench"


@dataclass(slots=True)
class Stage:
    """What every benchmark is given. What it starts, it leaves to `ending`.

    shops  the suites that run, by name
    """

    folder: Path
    postgres: PostgresServer
    databases: Databases
    report: Report
    ending: AsyncExitStack
    shops: dict[str, Shop] = field(default_factory=dict)

    def nats(self, name: str) -> NatsServer:
        """A broker of its own."""
        server = NatsServer.start(self.folder / f"nats-{name}")
        self.ending.callback(server.remove)
        return server


@asynccontextmanager
async def stage(report: Report) -> AsyncIterator[Stage]:
    """Raises Trouble when another run of this checkout is going on."""
    lock = RunnerLock(LOCAL / "bench.lock")
    if not lock.take():
        raise Trouble("The benchmarks are running already.", "wait, or stop the other run")
    clear(FOLDER)
    async with AsyncExitStack() as ending:
        say("PostgreSQL, with fsync")
        postgres = PostgresServer.start(FOLDER / "postgres")
        ending.callback(clear, FOLDER)
        ending.callback(postgres.remove)
        yield Stage(FOLDER, postgres, Databases(postgres.admin_url), report, ending)


def clear(folder: Path) -> None:
    """Remove the folder, and before it whatever a killed run left running there."""
    for broker in folder.glob("nats-*"):
        end_leftover(broker)
    drop_data(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)

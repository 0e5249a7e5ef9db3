"""The command line of a service: `python -m hedgerow_<name> VERB`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from dataclasses import dataclass
from datetime import datetime

import uvloop

from hedgerow import telemetry
from hedgerow.bus import Bus
from hedgerow.bus.connection import BusDown
from hedgerow.outbox import replay_since
from hedgerow.service.dead_letters import list_dead, replay_dead
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.service.table import Service
from hedgerow.settings import BadSettings, load, setting
from hedgerow.transaction.database import connect_unpooled


@dataclass(frozen=True, slots=True)
class MigrateSettings:
    """`migrate`, which needs more rights than the service has."""

    postgres_url: str = setting("a role that may create databases, roles and extensions")
    database_url: str = setting("postgresql://USER:PASSWORD@HOST:PORT/DATABASE to create")
    nats_admin_url: str = setting(
        "NATS with a user who may change streams; empty: the stream is left as it is", default=""
    )
    stream_replicas: int = setting("copies of the event stream; 3 on a NATS cluster", default=1)


def main(service: Service) -> None:
    """Run a verb; ends the process with 0, or 1 and a sentence that says why not."""
    parser = argparse.ArgumentParser(prog=f"python -m hedgerow_{service.name}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve", help="answer requests and react to events until stopped")
    verbs.add_parser("migrate", help="create or update the database and the event stream")
    replay = verbs.add_parser("replay", help="send events again, after the broker lost its store")
    replay.add_argument("--since", required=True, type=_instant, help="2026-03-29T12:00:00Z")
    verbs.add_parser("dead-letters", help="list events that could not be applied")
    dead = verbs.add_parser("replay-dead", help="apply dead letters again, oldest first")
    dead.add_argument("--aggregate", default="", help="only this one: order:<id>")
    asked = parser.parse_args()
    try:
        uvloop.run(_run(service, asked))
    except (BadSettings, BusDown, OSError) as wrong:
        detail = getattr(wrong, "detail", "")
        print(f"{service.name}: {detail or wrong}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from wrong


async def _run(service: Service, asked: argparse.Namespace) -> None:
    if asked.verb == "migrate":
        # Alembic takes a fifth of a service's start; the other verbs do without it.
        from hedgerow.transaction.migrate import migrate

        wanted = load(MigrateSettings)
        await migrate(
            wanted.postgres_url, wanted.database_url, service.migrations, service.extensions
        )
        if wanted.nats_admin_url:
            await _update_stream(service.name, wanted)
        return
    settings = load(ServiceSettings)
    if asked.verb == "serve":
        await _serve(service, settings)
        return
    engine = connect_unpooled(settings.database_url)
    role = f"{engine.url.username}_relay"
    async with engine.connect() as conn:
        if asked.verb == "replay":
            count = await replay_since(service.messages.outbox, conn, role, asked.since)
            _say(f"{count} events will be sent again by the running service")
        elif asked.verb == "dead-letters":
            for letter in await list_dead(service, conn, role):
                _say(f"{letter.at:%Y-%m-%dT%H:%M:%SZ} {letter.aggregate} v{letter.version}"
                     f" {letter.subject.split('.')[3]}: {letter.error}")  # fmt: skip
    await engine.dispose()
    if asked.verb == "replay-dead":
        done = await replay_dead(service, settings.database_url, asked.aggregate, _say)
        _say(f"{done} dead letters applied")


async def _update_stream(owner: str, wanted: MigrateSettings) -> None:
    bus = await Bus.connect(wanted.nats_admin_url, name="migrate", replicas=wanted.stream_replicas)
    await bus.update_stream(owner)
    await bus.close()


async def _serve(service: Service, settings: ServiceSettings) -> None:
    telemetry.configure(service.name, settings.bus.otlp_endpoint)
    process = Process(service, settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await process.start()
    await stop.wait()
    await process.stop()
    telemetry.flush()


def _say(text: str) -> None:
    print(text)  # noqa: T201


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("say the time zone, such as 2026-03-29T12:00:00Z")
    return instant

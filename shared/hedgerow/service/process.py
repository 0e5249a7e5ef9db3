"""A service as a process: its connections, loops and orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hedgerow.auth import Verifier
from hedgerow.bus import Bus
from hedgerow.evidence import EvidenceWriter
from hedgerow.evidence.anchor import AnchorSigner, read_public_key
from hedgerow.evidence.anchors import Anchors
from hedgerow.outbox import Relay, tidy
from hedgerow.service.reactions import Reactions
from hedgerow.service.requests import Requests
from hedgerow.service.table import Service
from hedgerow.settings import BadSettings, BusSettings, setting
from hedgerow.telemetry import tracing
from hedgerow.transaction.database import connect, connect_unpooled, is_lost

log = logging.getLogger("hedgerow.service")

TIDY_EVERY_S = 60.0
DRAIN_S = 10.0
STUCK_S = 10.0


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Every service."""

    bus: BusSettings
    database_url: str = setting("postgresql://USER:PASSWORD@HOST:PORT/DATABASE of this service")
    caller_public_key_file: Path = setting("Ed25519 public key (PEM) of the gateway")
    database_pool: int = setting("connections to the database", default=8)
    batch_most: int = setting("messages in one transaction at most; 1: no batching", default=64)
    waiting_most: int = setting("requests that may wait; more are turned away", default=4096)
    evidence: bool = setting("every change leaves evidence; off only to measure", default=True)
    anchor_key_file: Path | None = setting(
        "private Ed25519 key (PEM) that signs the anchors of the evidence; not set: none are made",
        default=None,
    )
    anchor_old_keys: Path | None = setting(
        "folder of public Ed25519 keys (PEM) that signed older anchors", default=None
    )
    anchor_every_s: float = setting("between two anchors, seconds", default=60.0)
    stream_replicas: int = setting("copies of the event stream; 3 on a NATS cluster", default=1)


class Process:
    """One running service. `start`, then `stop`; `troubles` in between."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        self._engine = connect(settings.database_url, pool_size=settings.database_pool)
        self._relay_engine = connect_unpooled(settings.database_url)
        self._role = f"{self._engine.url.username}_relay"
        self._kept = service.keeps(self._engine)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._beats: dict[str, float] = {}
        self._bus: Bus | None = None
        self._requests: Requests | None = None
        self._relay: Relay | None = None

    async def start(self) -> None:
        """Raises BusDown when NATS cannot be reached, and what the database raises."""
        service, settings = self._service, self._settings
        if tracing():
            from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

            # It works with SQLAlchemy 2.1, which its own check does not know yet.
            SQLAlchemyInstrumentor().instrument(
                engine=self._engine.sync_engine, skip_dep_check=True
            )
        async with self._engine.connect():
            pass  # fail now, not at the first request
        verifier = Verifier.from_pem(settings.caller_public_key_file.read_bytes(), service.name)
        bus = self._bus = await Bus.connect(
            settings.bus.nats_url,
            name=service.name,
            seed_file=settings.bus.nats_seed_file,
            replicas=settings.stream_replicas,
        )
        await bus.ensure_stream(service.name)
        relay = self._relay = Relay(
            service.messages.outbox, self._relay_engine, bus, owner=service.name, role=self._role
        )
        most = settings.batch_most
        evidence = EvidenceWriter(on=settings.evidence)
        anchors = self._anchor_signer()
        requests = self._requests = Requests(
            service,
            self._engine,
            relay.wake,
            most=most,
            most_waiting=settings.waiting_most,
            evidence=evidence,
            anchor_keys=self._anchor_keys(anchors),
            kept=self._kept,
        )
        reactions = Reactions(
            service, self._engine, relay.wake, most=most, evidence=evidence, kept=self._kept
        )

        async def restore() -> None:
            """A broker that comes back may have lost its streams."""
            await bus.ensure_stream(service.name)
            relay.wake()

        bus.on_reconnect(restore)
        self._run("relay", relay.run(self._stopping))
        self._run("tidy", self._tidy())
        if anchors is not None:
            self._run("anchors", self._anchors(anchors).run(bus, self._stopping))
        self._run("heartbeat", self._beat())
        for owner in service.listens_to():
            self._run(
                f"consumer of {owner}",
                bus.consume(
                    owner,
                    service.name,
                    reactions.subjects(owner),
                    reactions.handle,
                    self._stopping,
                ),
            )
        await bus.serve(service.name, verifier, requests.receive, self.troubles)
        log.info("serving", extra={"messages": len(service.commands) + len(service.queries)})

    def _anchor_signer(self) -> AnchorSigner | None:
        """Raises BadSettings."""
        if (file := self._settings.anchor_key_file) is None:
            log.warning("no anchor key: whoever owns the database can rewrite evidence unnoticed")
            return None
        try:
            return AnchorSigner.from_pem(file.read_bytes())
        except ValueError as wrong:
            raise BadSettings(f"HEDGEROW_ANCHOR_KEY_FILE: {wrong}") from wrong

    def _anchor_keys(self, signer: AnchorSigner | None) -> tuple[Ed25519PublicKey, ...]:
        """Raises BadSettings."""
        folder = self._settings.anchor_old_keys
        try:
            old = [read_public_key(each) for each in sorted(folder.glob("*.pem"))] if folder else []
        except ValueError as wrong:
            raise BadSettings(f"HEDGEROW_ANCHOR_OLD_KEYS: {wrong}") from wrong
        return (*([signer.public_key] if signer is not None else []), *old)

    def _anchors(self, signer: AnchorSigner) -> Anchors:
        return Anchors(
            self._service.name,
            self._service.evidence,
            self._relay_engine,
            self._role,
            signer,
            every_s=self._settings.anchor_every_s,
        )

    def troubles(self) -> list[str]:
        """Why this process should not get traffic; empty when all is well."""
        found = list(self._bus.troubles()) if self._bus is not None else ["not started"]
        found += [f"{task.get_name()} has ended" for task in self._tasks if task.done()]
        database_age_s = time.monotonic() - self._beats.get("database", 0.0)
        if database_age_s > STUCK_S:
            found.append("the database has not answered for 10 s")
        return found

    async def stop(self) -> None:
        """Take no more work, finish what has begun, send what was committed, close."""
        if self._bus is not None:
            await self._bus.stop_serving()
        ends_at = time.monotonic() + DRAIN_S
        while self._requests is not None and not self._requests.idle:
            if time.monotonic() > ends_at:
                log.warning("requests were cut off at the end")
                break
            await asyncio.sleep(0.01)
        self._stopping.set()
        if self._relay is not None:
            self._relay.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=DRAIN_S)
            for task in late:
                task.cancel()
        if self._bus is not None:
            await self._bus.close()
        if self._kept is not None:
            await self._kept.close()
        await self._engine.dispose()
        await self._relay_engine.dispose()

    def _run(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(loop, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.critical(f"{task.get_name()} failed", exc_info=task.exception())

    async def _beat(self) -> None:
        """Ask the database for a sign of life every two seconds."""
        while not self._stopping.is_set():
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2), self._engine.connect() as conn:
                    await conn.exec_driver_sql("select 1")
                    self._beats["database"] = time.monotonic()
            await self._pause(2.0)

    async def _tidy(self) -> None:
        while not self._stopping.is_set():
            try:
                async with self._relay_engine.connect() as conn:
                    await tidy(self._service.messages, conn, self._role, datetime.now(UTC))
            except Exception as wrong:
                if not is_lost(wrong):
                    raise
            await self._pause(TIDY_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

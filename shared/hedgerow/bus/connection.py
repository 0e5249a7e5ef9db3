"""The NATS client with settings that lose nothing silently.

Left alone, nats-py buffers a request while it is disconnected and sends it after the caller has
given up, notices a dead link after four minutes, stops reconnecting after 60 attempts, and tells
nobody of a permission error. See `docs/decisions/` on the hardened client.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nats
import nkeys
from nats.aio.client import Client
from nats.errors import Error as NatsError

from hedgerow.errors import Unavailable
from hedgerow.telemetry import Metric, counter

log = logging.getLogger("hedgerow.bus")

OLDEST_SERVER = (2, 12)
CONNECT_S = 10.0
MOST_VIOLATIONS = 16  # of permissions that are told apart; more say no more


class BusDown(Unavailable):
    code = "BUS_UNAVAILABLE"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The message bus is not reachable; try again.",
            "消息总线暂不可用，请重试",
            detail=detail,
        )


class Connection:
    """A client, its faults since it last worked, and what to do when it comes back."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._closing = False
        self._faults: dict[str, str] = {}
        self._after_reconnect: list[Callable[[], Awaitable[None]]] = []
        self._errors = counter(Metric.BUS_ERRORS)

    @classmethod
    async def open(cls, urls: str, name: str, seed_file: Path | None = None) -> Connection:
        """Connect to one of `urls` (separated by commas), as the nkey whose seed `seed_file` holds;
        without one, with the URL's own credentials. Raises BusDown when none answers or lets us in
        within 10 seconds, or when the server is older than 2.12."""
        connection = cls(Client())
        try:
            async with asyncio.timeout(CONNECT_S):  # by itself the client would try for ever
                await connection.client.connect(
                    servers=[url.strip() for url in urls.split(",")],
                    name=f"hedgerow-{name}",
                    nkeys_seed=str(seed_file) if seed_file else None,
                    inbox_prefix=f"_INBOX_{name}",
                    connect_timeout=5,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.25,  # type: ignore[arg-type]
                    ping_interval=5,
                    max_outstanding_pings=2,
                    pending_size=-1,
                    error_cb=connection._on_error,
                    disconnected_cb=connection._on_disconnected,
                    reconnected_cb=connection._on_reconnected,
                    closed_cb=connection._on_closed,
                )
        except nkeys.NkeysError as wrong:
            raise BusDown(f"{seed_file} holds no nkey seed: {wrong!r}") from wrong
        except (OSError, TimeoutError, NatsError) as lost:
            why = connection.client.last_error or lost
            await connection.client.close()
            raise BusDown(f"cannot connect to NATS: {why!r}") from lost
        version = connection.client.connected_server_version
        if (version.major, version.minor) < OLDEST_SERVER:
            await connection.client.close()
            raise BusDown(f"nats-server {version} is older than {OLDEST_SERVER}")
        return connection

    def troubles(self) -> list[str]:
        """Why this process should not get traffic; empty when all is well."""
        return sorted(self._faults.values())

    def on_reconnect(self, action: Callable[[], Awaitable[None]]) -> None:
        self._after_reconnect.append(action)

    async def close(self) -> None:
        """Send what is waiting to be sent, when connected, and close."""
        self._closing = True
        if self.client.is_connected:
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await self.client.flush(timeout=2)
        if not self.client.is_closed:
            await self.client.close()

    async def _on_error(self, error: Exception) -> None:
        kind = type(error).__name__
        if "permissions violation" in str(error).lower():
            kind = "permissions"
            if len(self._faults) < MOST_VIOLATIONS:
                self._faults[f"permissions {error}"] = f"NATS refuses: {error}"
        elif isinstance(error, nats.errors.SlowConsumerError):
            self._faults["slow"] = "NATS dropped messages: this process reads too slowly"
        self._errors.add(1, {"kind": kind})
        log.error("nats error", extra={"kind": kind, "error": str(error)})

    async def _on_disconnected(self) -> None:
        self._faults["connection"] = "not connected to NATS"
        if not self._closing:
            log.warning("disconnected from nats")

    async def _on_reconnected(self) -> None:
        self._faults.pop("connection", None)
        self._faults.pop("slow", None)
        log.info("reconnected to nats")
        for action in self._after_reconnect:
            await action()

    async def _on_closed(self) -> None:
        self._faults["connection"] = "the NATS connection is closed"


async def publish(
    client: Client, subject: str, body: bytes, reply: str = "", headers: Any = None
) -> None:
    """Hand a message to the client. Raises BusDown when it cannot go out now: nothing is kept."""
    try:
        await client.publish(subject, body, reply=reply, headers=headers)
    except (NatsError, OSError) as lost:
        raise BusDown(f"{subject}: {lost!r}") from lost

"""On the broker with a program's own key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import nats
from hedgerow.bus import Bus
from hedgerow_local.servers import NatsServer
from nats.aio.client import Client


async def bus_of(broker: NatsServer, member: str, **more: Any) -> Bus:
    """The member's place on the bus, as its own process has it."""
    return await Bus.connect(
        broker.address, name=member, seed_file=broker.keys.seed_file(member), **more
    )


@asynccontextmanager
async def intruder(broker: NatsServer, member: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """A bare client with the member's key, and what the broker refused it."""
    refused: list[str] = []

    async def note(error: Exception) -> None:
        refused.append(str(error))

    client = await nats.connect(
        broker.address,
        nkeys_seed=str(broker.keys.seed_file(member)),
        inbox_prefix=f"_INBOX_{member}",
        error_cb=note,
    )
    yield client, refused
    await client.close()


async def until(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    """Wait until it holds; fail when it does not in time."""
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not within {seconds:g} s")

"""Requests over the bus, which coalesces them, beside plain `request()` of the NATS client."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import nats
from hedgerow.bus import Bus
from sample_world import key_pair
from worlds import administrator

from . import echo
from .processes import cpu_s
from .report import say
from .stage import Stage

ROUNDS = 3
SECONDS = 2.0
TEXT = "x" * 270  # 300 bytes with what surrounds it
IN_FLIGHT = (1, 128)
READY_S = 20.0


@dataclass(frozen=True, slots=True)
class Ran:
    rate: float
    cpu_us: float


async def measure(stage: Stage) -> None:
    server = stage.nats("bus")
    signer, public_key = key_pair(stage.folder)
    caller = administrator()
    bus = await Bus.connect(server.url, name="asker", signer=signer)
    plain = await nats.connect(server.url)

    async def coalesced(number: int) -> int:
        said = await bus.request(echo.Say(number=number, text=TEXT), caller)
        return said.number

    async def one_by_one(number: int) -> int:
        body = echo.encode(echo.Say(number=number, text=TEXT))
        answer = await plain.request(echo.PLAIN, body, timeout=5)
        return echo.said(answer.data).number

    ran: dict[tuple[str, int], list[Ran]] = defaultdict(list)
    async with echoing(server.url, public_key) as echo_pid:
        pids = (os.getpid(), echo_pid, server.pid or 0)
        for number in range(1, ROUNDS + 1):
            say(f"round {number} of {ROUNDS}")
            for in_flight in IN_FLIGHT:
                for name, ask in (("bus", coalesced), ("plain", one_by_one)):
                    ran[name, in_flight].append(await _run(ask, in_flight, pids))
    await bus.close()
    await plain.close()
    for in_flight in IN_FLIGHT:
        ours, theirs = ran["bus", in_flight], ran["plain", in_flight]
        for name, unit in (("rate", "calls/s"), ("cpu_us", "us/call")):
            stage.report.add(
                f"bus_{in_flight}{'' if name == 'rate' else '_cpu'}",
                unit,
                [getattr(each, name) for each in ours],
                [getattr(each, name) for each in theirs],
            )


@asynccontextmanager
async def echoing(url: str, public_key: Path) -> AsyncIterator[int]:
    """The responder as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.echo",
        url,
        str(public_key),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), READY_S)
        assert said == echo.READY, "the responder did not start"
        yield process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _run(ask: Callable[[int], Awaitable[int]], in_flight: int, pids: tuple[int, ...]) -> Ran:
    """CPU of client, server and responder together."""
    done = 0
    began_at = time.perf_counter()
    ends_at = began_at + SECONDS
    before = sum(map(cpu_s, pids))

    async def one_after_another() -> None:
        nonlocal done
        while time.perf_counter() < ends_at:
            done += 1
            number = done
            assert await ask(number) == number

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(one_after_another())
    seconds = time.perf_counter() - began_at
    return Ran(done / seconds, (sum(map(cpu_s, pids)) - before) / done * 1e6)

"""python -m benchmarks [NAME]: run all benchmarks, or the one of this name."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time

import uvloop
from hedgerow_local.places import LOCAL
from hedgerow_local.trouble import Trouble

from . import bus, evidence, geofences, lists, orders, relay, reservations, row_security, rules
from .report import Report, say
from .stage import stage

BENCHMARKS = {
    "orders": orders.measure,
    "evidence": evidence.measure,
    "list": lists.measure,
    "bus": bus.measure,
    "reservation": reservations.measure,
    "relay": relay.measure,
    "geofence": geofences.measure,
    "row_security": row_security.measure,
    "rules": rules.measure,
}
STOPPED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="?", metavar="ONLY", help=", ".join(BENCHMARKS))
    only: str | None = parser.parse_args().only
    # A figure's name stands for the benchmark that gives it.
    chosen = [name for name in BENCHMARKS if only is None or f"{only}_".startswith(f"{name}_")]
    if not chosen:
        parser.error(f"{only} is none of {', '.join(BENCHMARKS)}")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(chosen))
    except asyncio.CancelledError:
        say("stopped")
        return STOPPED
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


async def run(chosen: list[str]) -> None:
    """A signal to stop ends what is measured; what was started is stopped in any case."""
    began_at = time.monotonic()
    here = asyncio.current_task()
    assert here is not None
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            here.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    async with stage(Report(LOCAL / "bench.jsonl")) as here_now:
        for name in chosen:
            say(f"-- {name}")
            await BENCHMARKS[name](here_now)
    say(f"{time.monotonic() - began_at:.0f} s")


if __name__ == "__main__":
    sys.exit(main())

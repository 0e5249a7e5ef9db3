"""Orders a second through the gateway, beside pgbench writing the same rows, and their CPU.

settled   until plant and stock are decided; pgbench writes all rows an order leaves
captured  until the order is stored, while routing and inventory settle what was stored before
alone     the same with routing held, so that nothing else runs; pgbench writes those rows
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
from looks import plain_id

from . import load, pgbench, rows
from .processes import Meter, a_piece
from .report import Report, say
from .rows import Counts
from .shop import CAPTURED, SETTLED, Shop, Wait, open_shop
from .stage import Stage

ROUNDS = 3
CONNECTIONS = 64
SECONDS = 4
WARM_S = 1.5
HOLD_S = 300.0
UNBATCHED = {"HEDGEROW_BATCH_MOST": "1", "HEDGEROW_COALESCE": "false"}
SCRATCH = "bench_rows"
MOST_FAILED = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """rate in orders a second; cpu_s by process; left is what one order left in the tables"""

    rate: float
    orders: int
    cpu_s: dict[str, float]
    left: Counts
    wait_ms: dict[int, float]


Runs = dict[str, list[Run]]


async def measure(stage: Stage) -> None:
    batched = await open_shop(stage, "suite")
    single = await open_shop(stage, "unbatched", **UNBATCHED)
    for shop in (batched, single):
        say("warming up")
        await _drive(shop, SETTLED, WARM_S)
        await shop.drained()
        await shop.analyze()
    settled, captured = await write_scripts(batched, stage.folder)
    scratch = await rows.make_scratch(batched, SCRATCH)
    stage.ending.push_async_callback(scratch.close)
    await pgbench.run(stage.postgres, SCRATCH, settled, clients=CONNECTIONS, seconds=1)
    await scratch.execute("analyze")
    steps = {
        "settled": partial(_suite, stage, batched, SETTLED),
        "pgbench settled": partial(_pgbench, stage, scratch, settled),
        "captured": partial(_suite, stage, batched, CAPTURED),
        "alone": partial(_suite, stage, batched, CAPTURED, alone=True),
        "pgbench captured": partial(_pgbench, stage, scratch, captured),
        "single settled": partial(_suite, stage, single, SETTLED),
        "single alone": partial(_suite, stage, single, CAPTURED, alone=True),
    }
    runs: Runs = defaultdict(list)
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        for name, step in steps.items():
            run = await step()
            runs[name].append(run)
            say(f"{name}: {run.rate:.0f} orders/s")
    check_rows(runs)
    _tell(stage.report, runs)


async def write_scripts(shop: Shop, folder: Path) -> tuple[Path, Path]:
    """The two scripts, made from what a settled and a captured order left."""
    async with shop.company.admin() as admin:
        await shop.hold(HOLD_S)
        captured = plain_id(await shop.order(admin, CAPTURED))
        await shop.sent()
        captured_rows = await rows.left_by(shop, captured)
        await shop.hold(0)
        await shop.drained()
        settled_rows = await rows.left_by(shop, captured)
    return (
        rows.script(settled_rows, shop.ranges, folder / "settled.sql"),
        rows.script(captured_rows, shop.ranges, folder / "captured.sql"),
    )


def check_rows(runs: Runs) -> None:
    """Raises AssertionError unless pgbench wrote as many rows an order as the suite."""
    for ours, theirs in (("settled", "pgbench settled"), ("alone", "pgbench captured")):
        for one, other in zip(runs[ours], runs[theirs], strict=True):
            assert one.left == other.left, f"{ours}: {one.left}, {theirs}: {other.left}"


async def _suite(stage: Stage, shop: Shop, wait: Wait, *, alone: bool = False) -> Run:
    if alone:
        await shop.hold(HOLD_S)
    before = await rows.suite_counts(shop)
    meter = shop.meter(stage.postgres.pid or 0)
    driven = await _drive(shop, wait, SECONDS)
    await (shop.sent() if alone else shop.drained())
    cpu_s = meter.spent()
    after = await rows.suite_counts(shop)
    if alone:
        await shop.hold(0)
        await shop.drained()
    return Run(
        driven.rate,
        driven.good + driven.failed,
        cpu_s,
        rows.an_order(before, after),
        {share: driven.wait_ms(share / 100) for share in (50, 99)},
    )


async def _drive(shop: Shop, wait: Wait, seconds: float) -> load.Driven:
    driven = await load.drive(
        shop.suite.port,
        lambda: shop.request(wait),
        wait.is_good,
        connections=CONNECTIONS,
        seconds=seconds,
    )
    for failure in driven.failures:
        say(f"failed: {failure.decode(errors='replace')[:400]}")
    if driven.failed > MOST_FAILED * (driven.good + driven.failed):
        raise RuntimeError(f"{driven.failed} requests failed, {driven.good} did not")
    return driven


async def _pgbench(stage: Stage, scratch: asyncpg.Connection, script: Path) -> Run:
    before = await rows.scratch_counts(scratch)
    meter = Meter({}, stage.postgres.pid or 0)
    ran = await pgbench.run(stage.postgres, SCRATCH, script, clients=CONNECTIONS, seconds=SECONDS)
    cpu_s = meter.spent()
    left = rows.an_order(before, await rows.scratch_counts(scratch))
    return Run(ran.rate, ran.transactions, cpu_s, left, {})


def _tell(report: Report, runs: Runs) -> None:
    def rates(name: str) -> list[float]:
        return [run.rate for run in runs[name]]

    for ours, theirs in (
        ("settled", "pgbench settled"),
        ("captured", "pgbench captured"),
        ("alone", "pgbench captured"),
    ):
        report.add(f"orders_{ours}", "orders/s", rates(ours), rates(theirs))
    report.add("orders_batching", "orders/s", rates("settled"), rates("single settled"))
    report.add("orders_batching_alone", "orders/s", rates("alone"), rates("single alone"))
    for name in ("settled", "captured"):
        for share in (50, 99):
            waits = [run.wait_ms[share] for run in runs[name]]
            report.add(f"orders_{name}_p{share}", "ms", waits)
    for ours, theirs in (("settled", "pgbench settled"), ("alone", "pgbench captured")):
        beside = _cpu_us(runs[theirs])
        for name, used in _cpu_us(runs[ours]).items():
            baseline = beside["postgres"] if name == "postgres" else ()
            report.add(f"orders_cpu_{ours}_{name}", "us/order", used, baseline)
    for name, used in _cpu_us(runs["single settled"]).items():
        report.add(f"orders_cpu_unbatched_{name}", "us/order", used)


def _cpu_us(runs: list[Run]) -> dict[str, list[float]]:
    return a_piece((run.cpu_s for run in runs), (run.orders for run in runs))

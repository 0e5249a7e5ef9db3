"""What evidence costs: orders a second with it, beside the same suite without, and their CPU."""

from __future__ import annotations

from collections import defaultdict

from . import load
from .orders import CONNECTIONS, MOST_FAILED, ROUNDS, SECONDS, WARM_S
from .processes import a_piece
from .report import say
from .shop import CAPTURED, SETTLED, Shop, Wait, open_shop
from .stage import Stage

WITHOUT = {"HEDGEROW_EVIDENCE": "false"}
WAITS = {"settled": SETTLED, "captured": CAPTURED}


async def measure(stage: Stage) -> None:
    """Rounds are interleaved, so that both see the same machine."""
    shops = {
        "with": await open_shop(stage, "suite"),
        "without": await open_shop(stage, "no-evidence", **WITHOUT),
    }
    for shop in shops.values():
        say("warming up")
        await _drive(shop, SETTLED, WARM_S)
        await shop.drained()
        await shop.analyze()
    rates: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[tuple[dict[str, float], int]]] = defaultdict(list)
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        for word, wait in WAITS.items():
            for name, shop in shops.items():
                meter = shop.meter(stage.postgres.pid or 0)
                driven = await _drive(shop, wait, SECONDS)
                await shop.drained()
                rates[f"{word} {name}"].append(driven.rate)
                used[f"{word} {name}"].append((meter.spent(), driven.good + driven.failed))
                say(f"{word} {name} evidence: {driven.rate:.0f} orders/s")
    await check(shops)
    for word in WAITS:
        ours, theirs = f"{word} with", f"{word} without"
        stage.report.add(f"evidence_{word}", "orders/s", rates[ours], rates[theirs])
        cost, floor = (
            a_piece((cpu_s for cpu_s, _ in used[each]), (orders for _, orders in used[each]))
            for each in (ours, theirs)
        )
        for name in cost:
            stage.report.add(f"evidence_{word}_cpu_{name}", "us/order", cost[name], floor[name])


async def check(shops: dict[str, Shop]) -> None:
    """Raises AssertionError unless one suite left an entry for every version of every order, and
    the other none."""
    wrong = (
        "select count(*) from orders o left join evidence_heads h "
        "on h.stream = 'order:' || o.id where h.seq is distinct from o.version"
    )
    [[missing]] = await shops["with"].peek("orders", wrong)
    [[entries]] = await shops["without"].peek("orders", "select count(*) from evidence")
    assert (missing, entries) == (0, 0), (missing, entries)


async def _drive(shop: Shop, wait: Wait, seconds: float) -> load.Driven:
    driven = await load.drive(
        shop.suite.port,
        lambda: shop.request(wait),
        wait.is_good,
        connections=CONNECTIONS,
        seconds=seconds,
    )
    if driven.failed > MOST_FAILED * (driven.good + driven.failed):
        raise RuntimeError(f"{driven.failed} requests failed, {driven.good} did not")
    return driven

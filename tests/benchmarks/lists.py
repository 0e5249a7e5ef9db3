"""A list of 50 orders with lines, plant and reservations, beside the gateway's constant answer."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from . import load
from .load import Driven
from .processes import a_piece
from .report import say
from .shop import SETTLED, Shop, open_shop
from .stage import Stage

ROUNDS = 3
CONNECTIONS = 8
SECONDS = 3.0
ORDERS = 50

LIST = """query Orders($first: Int!) {
  orders(first: $first) { nodes {
    id number state sourcing placedAt plant { code name }
    lines { lineNo sku quantity reservations { quantity state location { code } } } } } }"""


async def measure(stage: Stage) -> None:
    shop = await open_shop(stage, "suite")
    async with shop.company.admin() as admin:
        for _ in range(ORDERS):
            await shop.order(admin, SETTLED)
        data = await admin.ask(LIST, first=ORDERS)
    check(data)
    body = msgspec.json.encode({"query": LIST, "variables": {"first": ORDERS}})
    list_request = load.post("/graphql", body, shop.token)
    health_request = load.get("/healthz")
    lists: list[tuple[Driven, dict[str, float]]] = []
    healths: list[tuple[Driven, dict[str, float]]] = []
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        lists.append(await _drive(stage, shop, lambda: list_request, _is_list))
        healths.append(
            await _drive(stage, shop, lambda: health_request, lambda body: body == b"ok")
        )
    report = stage.report
    report.add(
        "list", "requests/s", [each.rate for each, _ in lists], [each.rate for each, _ in healths]
    )
    for share in (50, 99):
        report.add(f"list_p{share}", "ms", [each.wait_ms(share / 100) for each, _ in lists])
    used, floor = (
        a_piece((cpu_s for _, cpu_s in each), (driven.good for driven, _ in each))
        for each in (lists, healths)
    )
    for name in used:
        baseline = floor[name] if name == "gateway" else ()
        report.add(f"list_cpu_{name}", "us/request", used[name], baseline)


def check(data: dict[str, object]) -> None:
    """Raises AssertionError unless every line of every order has its plant and reservation."""
    nodes = data["orders"]["nodes"]  # type: ignore[index]
    assert len(nodes) == ORDERS
    for node in nodes:
        assert node["plant"]["code"] == "NGB", node
        for line in node["lines"]:
            assert [each["location"]["code"] for each in line["reservations"]] == ["HGH"], node


def _is_list(body: bytes) -> bool:
    return b'"errors"' not in body and len(body) > 10_000


async def _drive(
    stage: Stage, shop: Shop, request: Callable[[], bytes], is_good: Callable[[bytes], bool]
) -> tuple[Driven, dict[str, float]]:
    meter = shop.meter(stage.postgres.pid or 0)
    driven = await load.drive(
        shop.suite.port, request, is_good, connections=CONNECTIONS, seconds=SECONDS
    )
    if driven.failed:
        raise RuntimeError(f"{driven.failed} requests failed: {driven.failures}")
    return driven, meter.spent()

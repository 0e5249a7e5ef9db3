"""The leak test turns red when a line of defence is gone, and names who saw what, and where.

Three lines keep plants apart: what the gateway and the services ask of the caller, and row
security. One of them alone is enough for most tables, so there both must go before it shows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from leaks.canaries import A
from leaks.planting import tables_of_plants, without_check, without_policy
from leaks.report import Report
from leaks.scan import Scan

STRANGER = "area_admin@SZH"
# What is seen when the policy of this table alone is gone. Only the database guards it.
GUARDED_BY_ITS_POLICY_ALONE = {
    ("routing", "plants"): {"Plant.code", "Plant.name"},
}


@pytest.fixture(autouse=True)
async def clean(scan: Scan) -> AsyncIterator[None]:
    """What was planted is gone again."""
    yield
    assert await _seen_by_a_stranger(scan) == set()
    assert scan.report.faults == [], str(scan.report)


async def _seen_by_a_stranger(scan: Scan) -> set[str]:
    """Coordinates in which the chief of one plant was shown something of the other."""
    scan.report = Report()
    chosen = [each for each in scan.documents if each.thin or each.wide]
    await scan.run(scan.plain([scan.user(STRANGER)], chosen))
    for leak in scan.report.leaks:
        assert leak.user == STRANGER and leak.found.hit.owner == A
    return {leak.found.coordinate for leak in scan.report.leaks}


async def test_without_the_policy_of_plants_the_scan_is_red(scan: Scan) -> None:
    async with without_policy(scan.world.suite, "routing", "plants"):
        seen = await _seen_by_a_stranger(scan)
        first = str(scan.report.leaks[0])

    assert seen >= {"Plant.code", "Plant.name"}
    assert first.startswith(f"{STRANGER} was shown ") and " of A in " in first


@pytest.mark.parametrize(
    ("policy", "check", "red"),
    [(True, False, False), (False, True, False), (True, True, True)],
    ids=["policy gone", "check gone", "both gone"],
)
async def test_orders_show_when_policy_and_check_are_gone(
    scan: Scan, tmp_path: Path, policy: bool, check: bool, red: bool
) -> None:
    suite = scan.world.suite
    async with AsyncExitStack() as gone:
        if policy:
            await gone.enter_async_context(without_policy(suite, "orders", "orders"))
        if check:
            await gone.enter_async_context(without_check(suite, "orders", tmp_path))
        seen = await _seen_by_a_stranger(scan)
        counts = [each for each in scan.report.faults if each.endswith(" can be seen")]

    wanted = {"Order.number", "Order.id", "Customer.name", "ShipTo.address", "OrderEdge.cursor"}
    assert seen & wanted == (wanted if red else set())
    assert bool(counts) is red


@pytest.mark.long
async def test_which_policy_alone_holds_something_back(scan: Scan) -> None:
    """Where the set is empty, the application asks as well."""
    suite = scan.world.suite
    seen: dict[tuple[str, str], set[str]] = {}
    for service, table in await tables_of_plants(suite):
        async with without_policy(suite, service, table):
            seen[service, table] = await _seen_by_a_stranger(scan)
        print(f"\n{service}.{table}: {sorted(seen[service, table])}")

    assert {place for place, some in seen.items() if some} == set(GUARDED_BY_ITS_POLICY_ALONE)
    for place, some in GUARDED_BY_ITS_POLICY_ALONE.items():
        assert seen[place] >= some

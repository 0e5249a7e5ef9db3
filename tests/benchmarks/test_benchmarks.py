"""That the benchmarks compare like with like, and report in the form that is read elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hedgerow_local.servers import PostgresServer
from worlds import Databases

from benchmarks import load, pgbench, row_security, rows
from benchmarks.orders import write_scripts
from benchmarks.plant_data import Size, founded
from benchmarks.report import Figure, Report
from benchmarks.shop import CAPTURED, SETTLED, Shop, Wait
from benchmarks.table import rewrite

CAPTURED_ROWS = {
    "orders.idempotency": 1,
    "orders.order_changes": 1,
    "orders.order_lines": 3,
    "orders.order_numbers": 1,
    "orders.orders": 1,
    "orders.outbox": 1,
}
SETTLED_ROWS = CAPTURED_ROWS | {
    "inventory.inbox": 1,
    "inventory.outbox": 1,
    "inventory.reservation_sets": 1,
    "inventory.reservations": 3,
    "inventory.stock": 3,
    "inventory.stock_ledger": 3,
    "orders.inbox": 1,
    "orders.order_changes": 2,
    "orders.outbox": 2,
    "routing.decisions": 1,
    "routing.inbox": 2,
    "routing.outbox": 1,
}


def test_a_figure_is_the_median_beside_the_median_of_its_baseline() -> None:
    figure = Figure.of("orders_settled", "orders/s", [300, 100, 120], [200, 240, 250])

    assert figure == Figure("orders_settled", 120, "orders/s", 240, 0.5, 3, 100, 120, 300)
    assert figure.line() == "orders_settled 120 orders/s 0.500 240"


def test_a_figure_without_a_baseline_has_no_ratio() -> None:
    figure = Figure.of("reservation_oversold", "units", [0])

    assert (figure.baseline, figure.ratio) == (None, None)
    assert figure.line() == "reservation_oversold 0.00 units - -"


def test_each_figure_is_a_line_and_a_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "bench.jsonl"

    Report(file).add("relay", "events/s", [9000.0], [450.0])
    Report(file).add("bus_128", "calls/s", [1.0, 2.0])

    assert capsys.readouterr().out == "relay 9000 events/s 20.00 450\nbus_128 1.50 calls/s - -\n"
    first, second = map(json.loads, file.read_text().splitlines())
    assert first == {
        "name": "relay",
        "value": 9000,
        "unit": "events/s",
        "baseline": 450,
        "ratio": 20,
        "rounds": 1,
        "min": 9000,
        "median": 9000,
        "max": 9000,
    }
    assert (second["value"], second["baseline"], second["ratio"]) == (1.5, None, None)


def test_the_tables_hold_the_newest_figure_of_each_name() -> None:
    page = "\n".join(
        ("a", "<!-- figures -->", "old", "<!-- end of figures -->", "b", "<!-- cpu -->",
         "<!-- end of cpu -->", "c", "")
    )  # fmt: skip
    figures = [
        Figure.of("relay", "events/s", [1.0]),
        Figure.of("relay", "events/s", [9000.0, 8000.0], [400.0]),
        Figure.of("orders_cpu_settled_nats", "us/order", [450.0]),
    ]

    lines = rewrite(page, map(msgspec.json.encode, figures)).splitlines()

    assert lines[:2] == ["a", "<!-- figures -->"]
    assert "| `relay` | 8500 | events/s | 8000 to 9000 | 400 | 21.25 |" in lines
    assert "| nats | 450 | - | - |" in lines
    assert not {"old", "| `relay` | 1.00 | events/s | 1.00 to 1.00 | - | - |"} & set(lines)
    assert lines[-2:] == ["<!-- end of cpu -->", "c"]


def test_a_constant_of_a_script_holds_no_colon_that_pgbench_takes_for_a_variable() -> None:
    assert pgbench.literal('{"it\'s":"a\\b"}') == 'E\'{"it\\\'s"\\x3a"a\\\\b"}\''
    assert pgbench.literal(None) == "null"


async def test_a_read_under_row_security_stands_beside_the_same_with_its_conditions_written_out(
    databases: Databases,
) -> None:
    size = Size(plants=3, orders=60, decisions=60, rmas=60, skus=30)
    names = []
    async with founded(databases, databases.admin_url, size) as asks:
        for ask in asks:
            async with row_security.prepared(databases, ask) as pair:
                names.append(pair.name)
                assert "tenant_id = $" not in pair.sent.text
                assert f"{ask.table}.tenant_id = $" in pair.spelled_out.text
                await row_security.check(pair)  # the same rows on both sides
                assert min(await pair.times_us(2)) > 0

    assert names == [
        "order_by_id",
        "order_by_id_tenant",
        "order_page",
        "order_page_tenant",
        "stock_by_keys",
        "stock_page",
        "decisions_by_orders",
        "rma_page",
    ]


async def test_pgbench_writes_the_rows_that_a_settled_order_leaves(
    shop: Shop, postgres: PostgresServer, tmp_path: Path
) -> None:
    settled, captured = await write_scripts(shop, tmp_path)
    scratch = await rows.make_scratch(shop, "bench_rows")

    for script, expected in ((settled, SETTLED_ROWS), (captured, CAPTURED_ROWS)):
        before = await rows.scratch_counts(scratch)
        ran = await pgbench.run(postgres, "bench_rows", script, clients=2, seconds=1)
        after = await rows.scratch_counts(scratch)

        assert rows.an_order(before, after) == expected
        assert after["orders.orders"] - before["orders.orders"] == ran.transactions
    await scratch.close()


async def test_a_settled_order_leaves_these_rows(shop: Shop) -> None:
    await _drive(shop, SETTLED)  # at somebody's first request routing notes the roles they claim
    await shop.drained()
    before = await rows.suite_counts(shop)
    driven = await _drive(shop, SETTLED)
    await shop.drained()
    after = await rows.suite_counts(shop)

    assert (driven.failed, driven.failures) == (0, [])
    assert after["orders.orders"] - before["orders.orders"] == driven.good
    assert rows.an_order(before, after) == SETTLED_ROWS


async def test_while_routing_is_held_an_order_leaves_only_what_was_captured(shop: Shop) -> None:
    await shop.hold(30)
    before = await rows.suite_counts(shop)
    driven = await _drive(shop, CAPTURED)
    await shop.sent()
    after = await rows.suite_counts(shop)
    await shop.hold(0)
    await shop.drained()

    assert after["orders.orders"] - before["orders.orders"] == driven.good
    assert rows.an_order(before, after) == CAPTURED_ROWS


async def _drive(shop: Shop, wait: Wait) -> load.Driven:
    return await load.drive(
        shop.suite.port, lambda: shop.request(wait), wait.is_good, connections=4, seconds=0.5
    )

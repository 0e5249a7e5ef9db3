"""The rows that one order leaves in the databases, and scripts by which pgbench writes as many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import asyncpg
from hedgerow.transaction.database import async_url
from sqlalchemy import MetaData, Table
from sqlalchemy.ext.asyncio import create_async_engine
from worlds import service_of

from . import pgbench
from .pgbench import Cells, uuid_of
from .shop import Shop, sku

LEAVING = ("orders", "routing", "inventory")  # services in which an order leaves rows
# Ground needs PostGIS, and no order writes it. Evidence is chained to what was there before, so its
# rows cannot be written once more; what it costs, the benchmark `evidence` says.
GROUND = frozenset({"fences", "fence_periods", "divisions"})
NOT_COPIED = GROUND | {"evidence", "evidence_heads", "evidence_anchors"}
ORDER, DECISION = "an_order", "a_decision"  # variables of the scripts
ANY_NUMBER = (1, 2**62)
RANDOM_ID = "gen_random_uuid()"
NUMBER = "'P' || lpad(cast(:client_id as text), 2, '0') || lpad(cast(:last as text), 12, '0')"

# Rows that are changed rather than added: what an order adds to them, summed up.
SUMS = {"orders.order_numbers": "last", "inventory.stock": "reserved"}
Counts = Mapping[str, Fraction]
"""Of each table `service.table` the rows, and of each of SUMS the sum."""


@dataclass(frozen=True, slots=True)
class Left:
    """What one order left. The tables are those of a database that holds all services, each as
    a schema; parents come before children."""

    order_id: UUID
    decision_id: UUID | None
    number: str
    skus: tuple[str, ...]
    rows: dict[Table, list[Cells]] = field(default_factory=dict)


def all_tables() -> MetaData:
    """The tables of the services in which an order leaves rows, each service as a schema."""
    together = MetaData()
    for service in LEAVING:
        for table in service_of(service).metadata.sorted_tables:
            if table.name not in NOT_COPIED:
                table.to_metadata(together, schema=service)
    return together


async def left_by(shop: Shop, order_id: UUID) -> Left:
    """Look the order's rows up: all that name it or its decision."""
    decided = "select decision_id from decisions where order_id = $1"
    found = await shop.peek("routing", decided, order_id)
    decision_id = found[0][0] if found else None
    number = await shop.peek("orders", "select number from orders where id = $1", order_id)
    lines = await shop.peek(
        "orders", "select sku from order_lines where order_id = $1 order by line_no", order_id
    )
    left = Left(order_id, decision_id, number[0][0], tuple(row["sku"] for row in lines))
    marks = [str(each) for each in (order_id, decision_id) if each]
    for table in all_tables().sorted_tables:
        connection = shop.peeking[str(table.schema)]
        if named := await rows_naming(connection, table, table.name, marks):
            left.rows[table] = named
    return left


async def rows_naming(
    conn: asyncpg.Connection, table: Table, name: str, marks: Sequence[str]
) -> list[Cells]:
    """The rows of `table`, here called `name`, that hold one of the marks anywhere."""
    cells = ", ".join(f'"{each.name}"::text' for each in pgbench.written(table))
    rows = await conn.fetch(
        f"select {cells} from {name} t where t::text like any($1)",
        [f"%{mark}%" for mark in marks],
    )
    return [dict(row) for row in rows]


def script(left: Left, ranges: Sequence[tuple[int, int]], file: Path) -> Path:
    """A transaction that leaves the same rows again, of another order for other SKUs, each line's
    out of its range.

    pgbench's clients count order numbers each in a row of their own, so that they never wait for
    one another there; ours share the one of the day.
    """
    by_value = {
        **others(left.order_id, left.decision_id),
        left.number: NUMBER,
        **{code: sku_expression(f"sku_{line}") for line, code in enumerate(left.skus)},
    }
    statements = [_next_number(left)]
    for table, rows in left.rows.items():
        by_column = {"msg_id": RANDOM_ID}
        if table.name == "idempotency":
            by_column["key"] = f"cast({RANDOM_ID} as text)"
        statements.append(pgbench.insert(table, rows, by_value=by_value, by_column=by_column))
        if table.name == "reservations":
            statements.append(reserve(rows, by_value))
    return pgbench.script(file, numbers(ranges), statements)


def numbers(ranges: Sequence[tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """What a script draws for each order: its keys, and a SKU out of each line's range."""
    keys = dict.fromkeys((ORDER, DECISION), ANY_NUMBER)
    return keys | {f"sku_{line}": each for line, each in enumerate(ranges)}


def others(order_id: UUID, decision_id: UUID | None) -> dict[str, str]:
    """Keys of an order as they stand in its rows -> expressions for those of another order."""
    found: dict[str, str] = {}
    for kinds, key, variable in (
        (("order", "reservation"), order_id, ORDER),
        (("decision",), decision_id, DECISION),
    ):
        if key is not None:
            found[str(key)] = uuid_of(variable)
            for kind in kinds:
                prefix = pgbench.literal(f"{kind}:")
                found[f"{kind}:{key}"] = f"{prefix} || cast({uuid_of(variable)} as text)"
    return found


def sku_expression(variable: str) -> str:
    """What `shop.sku` says of the number in a pgbench variable."""
    return f"{pgbench.literal(sku(0)[:-4])} || lpad(cast(:{variable} as text), 4, '0')"


def reserve(reservations: Iterable[Cells], by_value: Mapping[str, str]) -> str:
    """One statement that moves the counters for these reservations, in the order of their SKUs."""
    wanted = ", ".join(
        f"(cast({pgbench.literal(row['location_id'])} as uuid), {by_value[str(row['sku'])]}, "
        f"{row['quantity']})"
        for row in sorted(reservations, key=lambda row: str(row["sku"]))
    )
    tenant = {str(row["tenant_id"]) for row in reservations}.pop()
    return (
        "update inventory.stock s set reserved = s.reserved + w.quantity, updated_at = now()\n"
        f"from (values {wanted}) as w (location_id, sku, quantity)\n"
        f"where s.tenant_id = {pgbench.literal(tenant)} and s.location_id = w.location_id "
        "and s.sku = w.sku;"
    )


def _next_number(left: Left) -> str:
    tenant = next(iter(left.rows.values()))[0]["tenant_id"]
    return (
        "insert into orders.order_numbers (tenant_id, prefix, last)\n"
        f"values ({pgbench.literal(tenant)}, 'P' || cast(:client_id as text), 1)\n"
        "on conflict (tenant_id, prefix) do update set last = order_numbers.last + 1\n"
        "returning last \\gset"
    )


async def suite_counts(shop: Shop, services: Iterable[str] = LEAVING) -> Counts:
    counts: dict[str, Fraction] = {}
    for service in services:
        for table in all_tables().sorted_tables:
            if table.schema == service:
                rows = await shop.peek(service, _count(table, table.name))
                counts |= {table.fullname: Fraction(rows[0][0])}
    return counts


async def scratch_counts(conn: asyncpg.Connection) -> Counts:
    return {
        table.fullname: Fraction(await conn.fetchval(_count(table, table.fullname)))
        for table in all_tables().sorted_tables
    }


def _count(table: Table, name: str) -> str:
    what = f"coalesce(sum({SUMS[table.fullname]}), 0)" if table.fullname in SUMS else "count(*)"
    return f"select {what} from {name}"


def an_order(before: Counts, after: Counts) -> Counts:
    """What one order added, from what all orders between two looks added together."""
    orders = after["orders.orders"] - before["orders.orders"]
    return {
        name: (after[name] - before[name]) / orders
        for name in before
        if after[name] != before[name]
    }


async def make_scratch(shop: Shop, database: str) -> asyncpg.Connection:
    """Create a database with all services' tables, keys and checks, and the shop's stock; row
    security is left out. Returns a connection to it."""
    admin_url = shop.suite.databases.admin_url
    server = await asyncpg.connect(admin_url)
    await server.execute(f"create database {database}")
    await server.close()
    engine = create_async_engine(async_url(admin_url).set(database=database))
    tables = all_tables()
    async with engine.begin() as conn:
        for service in LEAVING:
            await conn.exec_driver_sql(f"create schema {service}")
        await conn.run_sync(tables.create_all)
    await engine.dispose()
    scratch: asyncpg.Connection = await asyncpg.connect(admin_url, database=database)
    for name in ("skus", "locations", "stock"):
        columns = [column.name for column in tables.tables[f"inventory.{name}"].columns]
        rows = await shop.peek("inventory", f"select {', '.join(columns)} from {name}")
        await scratch.copy_records_to_table(
            name, schema_name="inventory", columns=columns, records=map(tuple, rows)
        )
    await scratch.execute("analyze")
    return scratch

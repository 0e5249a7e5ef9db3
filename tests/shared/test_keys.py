"""In an empty table, of which the planner knows nothing yet, a row is found by its whole key."""

from __future__ import annotations

from uuid import UUID

import pytest
from hedgerow.contracts.values import new_id
from hedgerow.transaction.database import connect
from sqlalchemy import PrimaryKeyConstraint, text
from worlds import Databases, administrator, service_of, transaction

TABLES = [
    ("orders", "orders"),
    ("orders", "order_lines"),
    ("orders", "order_changes"),
    ("inventory", "stock"),
    ("inventory", "reservation_sets"),
    ("inventory", "reservations"),
    ("routing", "decisions"),
    ("routing", "fences"),
    ("routing", "overflow_rules"),
    ("rma", "delivered_orders"),
    ("rma", "rmas"),
]
SAMPLES = {UUID: f"'{new_id()}'", str: "'x'", int: "1"}


@pytest.mark.parametrize(("service", "table"), TABLES)
async def test_a_row_is_found_by_its_whole_key(databases: Databases, service: str, table: str):
    key = service_of(service).metadata.tables[table].primary_key
    assert isinstance(key, PrimaryKeyConstraint)
    wanted = " and ".join(
        f"{column.name} = {SAMPLES[column.type.python_type]}" for column in list(key.columns)[1:]
    )
    engine = connect(await databases.fresh(service))
    async with transaction(engine, administrator()) as tx:
        plan = "\n".join(
            await tx.conn.scalars(text(f"explain select * from {table} where {wanted}"))
        )
    await engine.dispose()

    assert f"Index Scan using {key.name} on {table}" in plan
    for column in key.columns:
        assert f"{column.name} = " in plan.split("Index Cond:")[1].split("\n")[0]

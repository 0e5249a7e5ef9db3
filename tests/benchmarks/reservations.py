"""Reserving stock: inventory's own batches beside a conditional UPDATE per order, by pgbench.

hot     every order wants the same SKU
spread  orders of five lines over 10,000 SKUs
Both write the same rows. Then 800 orders want one of 500 units: how many are promised too much?
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec
from hedgerow.auth import Caller
from hedgerow.bus import Delivered
from hedgerow.contracts.routing import Candidate, OrderRouted, SafetyTest
from hedgerow.contracts.values import (
    DecisionId,
    Line,
    LocationId,
    OrderId,
    PlantId,
    TenantId,
    new_id,
)
from hedgerow.service.lanes import Lane
from hedgerow.service.reactions import Reactions
from hedgerow.transaction.database import async_url, connect
from hedgerow.transaction.tenancy import enter
from hedgerow_inventory.app import service
from hedgerow_inventory.store.invariants import violations
from sqlalchemy.ext.asyncio import AsyncEngine

from . import pgbench
from .report import say
from .rows import NOT_COPIED, RANDOM_ID, numbers, others, rows_naming
from .stage import Stage

ROUNDS = 3
SECONDS = 2
CLIENTS = 32
SKUS = 10_000
LINES = 5
HOT, SCARCE = ["HOT"], ["SCARCE"]
UNITS, WANTED = 500, 800
SPREAD = [(n * SKUS // LINES, (n + 1) * SKUS // LINES - 1) for n in range(LINES)]

FILL = """
with named as (
  select 'S-' || lpad((n - 1)::text, 5, '0') as sku, 1000000000 as units
  from generate_series(1, $4) as n
  union all values ('HOT', 1000000000), ('SCARCE', $5)
), skus as (
  insert into skus select $1, sku, sku, 'PC', 'REGULAR', 1, now() from named
), places as (
  insert into locations values ($1, $3, $2)
), booked as (
  insert into stock_ledger (tenant_id, location_id, sku, plant_id, kind, on_hand, reserved,
                            allocated, quality_hold, damaged, reference, reason, by, at)
  select $1, $3, sku, $2, 'RECEIPT', units, 0, 0, 0, 0, 'PO-1', '', 'benchmark', now() from named
)
insert into stock (tenant_id, location_id, sku, plant_id, on_hand, updated_at)
select $1, $3, sku, $2, units, now() from named
"""


class Warehouse:
    """Inventory on a database of its own. Orders are reserved by `reserve`, many at once."""

    def __init__(self, engine: AsyncEngine, admin: asyncpg.Connection) -> None:
        self.tenant_id, self.plant_id = TenantId(new_id()), PlantId(new_id())
        self.location_id = LocationId(new_id())
        self.engine = engine
        self.admin = admin
        self._reactions = Reactions(service, engine, lambda: None)
        self._lane = Lane(self._apply, most=64, parallel=1, together=lambda _, __: True)
        self._done: dict[int, asyncio.Future[None]] = {}

    async def fill(self) -> None:
        given = (self.tenant_id, self.plant_id, self.location_id, SKUS, UNITS)
        await self.admin.execute(FILL, *given)
        await self.admin.execute("analyze")

    async def reserve(self, skus: Sequence[str]) -> OrderRouted:
        event = OrderRouted(
            decision_id=DecisionId(new_id()),
            order_id=OrderId(new_id()),
            plant_id=self.plant_id,
            chain=(
                Candidate(
                    rank=1, location_id=self.location_id, location_code="L", plant_id=self.plant_id
                ),
            ),
            safety_test=SafetyTest.CURRENT,
            lines=tuple(Line(number, sku, Decimal(1)) for number, sku in enumerate(skus, 1)),
        )
        arrived = Delivered(
            f"{OrderRouted.SUBJECT}.{self.tenant_id}.{self.plant_id}",
            msgspec.json.encode(event),
            {
                "Nats-Msg-Id": str(new_id()),
                "Hedgerow-Aggregate": f"decision:{event.decision_id}",
                "Hedgerow-Version": "1",
            },
            1,
            None,
        )
        done = self._done[id(arrived)] = asyncio.get_running_loop().create_future()
        self._lane.add(arrived)
        await done
        return event

    async def reserved(self) -> int:
        """Units promised of all SKUs."""
        return int(await self.admin.fetchval("select sum(reserved) from stock"))

    async def check(self) -> None:
        """Raises AssertionError when stock, ledger and reservations do not agree."""
        caller = Caller.service("inventory", self.tenant_id)
        async with self.engine.begin() as conn:
            await enter(conn, caller.reach(), timeout_s=60)
            found = await violations(conn)
        assert found == [], found

    async def _apply(self, batch: Sequence[Delivered]) -> None:
        await self._reactions.handle(batch)
        for each in batch:
            self._done.pop(id(each)).set_result(None)


async def measure(stage: Stage) -> None:
    url = await stage.databases.fresh("inventory")
    database = str(async_url(url).database)
    admin = await asyncpg.connect(stage.postgres.admin_url, database=database)
    engine = connect(url, pool_size=2)
    warehouse = Warehouse(engine, admin)
    await warehouse.fill()
    hot = await write_script(warehouse, HOT, [], stage.folder / "hot.sql")
    spread = await write_script(warehouse, _spread(), SPREAD, stage.folder / "spread.sql")
    for name, skus, script in (("hot", lambda: HOT, hot), ("spread", _spread, spread)):
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(1, ROUNDS + 1):
            say(f"{name}, round {number} of {ROUNDS}")
            ours.append(await _rate(warehouse, skus))
            ran = await pgbench.run(
                stage.postgres, database, script, clients=CLIENTS, seconds=SECONDS
            )
            theirs.append(ran.rate)
        stage.report.add(f"reservation_{name}", "orders/s", ours, theirs)
    promised = await _sell_out(warehouse)
    await warehouse.check()
    await engine.dispose()
    await admin.close()
    stage.report.add("reservation_oversold", "units", [promised - UNITS])
    assert promised == UNITS, f"{promised} of {UNITS} units were promised"


async def write_script(
    warehouse: Warehouse, skus: Sequence[str], ranges: Sequence[tuple[int, int]], file: Path
) -> Path:
    """A transaction that leaves the rows which reserving these SKUs leaves. The stock comes first:
    what is left of it decides what the other rows say."""
    event = await warehouse.reserve(skus)
    wanted = [
        f"'S-' || lpad(cast(:sku_{line} as text), 5, '0')" if ranges else pgbench.literal(sku)
        for line, sku in enumerate(skus)
    ]
    by_value = {
        **others(event.order_id, event.decision_id),
        **dict(zip(skus, wanted, strict=True)),
    }
    statements = [
        "update stock set reserved = reserved + 1, updated_at = now()\n"
        f"where tenant_id = '{warehouse.tenant_id}' "
        f"and location_id = '{warehouse.location_id}' and sku = {sku}\n"
        "and on_hand - reserved - allocated - quality_hold - damaged - safety_level >= 1;"
        for sku in wanted
    ]
    marks = [str(event.order_id), str(event.decision_id)]
    for table in service.metadata.sorted_tables:
        if table.name in NOT_COPIED:
            continue
        if rows := await rows_naming(warehouse.admin, table, table.name, marks):
            statements.append(
                pgbench.insert(table, rows, by_value=by_value, by_column={"msg_id": RANDOM_ID})
            )
    return pgbench.script(file, numbers(ranges), statements)


def _spread() -> list[str]:
    return [f"S-{random.randint(*each):05d}" for each in SPREAD]


async def _rate(warehouse: Warehouse, skus: Callable[[], Sequence[str]]) -> float:
    before = await warehouse.reserved()
    orders = 0
    began_at = time.perf_counter()
    ends_at = began_at + SECONDS

    async def one_client() -> None:
        nonlocal orders
        while time.perf_counter() < ends_at:
            await warehouse.reserve(skus())
            orders += 1

    await asyncio.gather(*(one_client() for _ in range(CLIENTS)))
    seconds = time.perf_counter() - began_at
    assert await warehouse.reserved() - before == orders * len(skus()), "not all was reserved"
    return orders / seconds


async def _sell_out(warehouse: Warehouse) -> int:
    """Units promised of the scarce SKU after more were wanted than there are."""
    wanted = itertools.count()

    async def one_client() -> None:
        while next(wanted) < WANTED:
            await warehouse.reserve(SCARCE)

    await asyncio.gather(*(one_client() for _ in range(CLIENTS)))
    asked = "select reserved from stock where sku = $1"
    return int(await warehouse.admin.fetchval(asked, *SCARCE))

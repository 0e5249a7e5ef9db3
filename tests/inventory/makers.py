"""Builders for inventory's tests: 杭州仓 belongs to Ningbo, 合肥云仓 to Suzhou."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import (
    ItemClass,
    LedgerKind,
    ReceiveStock,
    RegisterSkus,
    SetSafetyLevel,
    SkuEntry,
    StockKey,
    StockLine,
)
from hedgerow.contracts.orders import (
    Customer,
    DeliveredLine,
    KitLockRequested,
    OrderCancelled,
    OrderDelivered,
)
from hedgerow.contracts.routing import Candidate, OrderRouted, SafetyTest
from hedgerow.contracts.values import (
    Basis,
    DecisionId,
    Line,
    LocationId,
    OrderId,
    PlantId,
    TenantId,
    new_id,
)
from hedgerow.errors import Refused
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_inventory.domain.overflow import Trip
from hedgerow_inventory.domain.stock import Stock
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.handlers.register_skus import register_skus
from hedgerow_inventory.handlers.set_safety_level import set_safety_level
from hedgerow_inventory.store.tables import metadata
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON

NINGBO, SUZHOU = PlantId(new_id()), PlantId(new_id())
HANGZHOU, HEFEI = LocationId(new_id()), LocationId(new_id())
PLANT_OF = {HANGZHOU: NINGBO, HEFEI: SUZHOU}
BOLT, NUT = "BOLT-M8", "NUT-M8"


def reactor(tenant_id: TenantId | None = None) -> Caller:
    """What a reaction runs as."""
    return Caller.service("inventory", tenant_id or TenantId(new_id()))


def candidates(*locations: LocationId) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            rank=rank,
            location_id=location,
            location_code=f"L{rank}",
            plant_id=PLANT_OF.get(location, NINGBO),
        )
        for rank, location in enumerate(locations, start=1)
    )


def lines(*wanted: tuple[str, int | str]) -> tuple[Line, ...]:
    return tuple(
        Line(number, sku, Decimal(quantity))
        for number, (sku, quantity) in enumerate(wanted, start=1)
    )


def routed(
    *wanted: tuple[str, int | str],
    chain: Iterable[LocationId] = (HANGZHOU, HEFEI),
    test: SafetyTest = SafetyTest.CURRENT,
    order_id: OrderId | None = None,
    plant_id: PlantId = NINGBO,
) -> OrderRouted:
    return OrderRouted(
        decision_id=DecisionId(new_id()),
        order_id=order_id or OrderId(new_id()),
        plant_id=plant_id,
        chain=candidates(*chain),
        safety_test=test,
        lines=lines(*wanted),
    )


def cancelled(order_id: OrderId, plant_id: PlantId | None = NINGBO) -> OrderCancelled:
    return OrderCancelled(
        order_id=order_id,
        number="HY20260329-1",
        occurred_at=NOON,
        plant_id=plant_id,
        basis=Basis("客户来电", "T-17"),
    )


def kit_lock_requested(order: OrderRouted) -> KitLockRequested:
    return KitLockRequested(
        order_id=order.order_id,
        number="HY20260329-1",
        occurred_at=NOON,
        plant_id=order.plant_id,
        lines=order.lines,
    )


def delivered(order: OrderRouted) -> OrderDelivered:
    return OrderDelivered(
        order_id=order.order_id,
        number="HY20260329-1",
        occurred_at=NOON,
        plant_id=order.plant_id,
        customer=Customer("C1", "海宁皮革"),
        lines=tuple(
            DeliveredLine(
                line_no=line.line_no,
                sku=line.sku,
                name="螺栓",
                unit="pcs",
                quantity=line.quantity,
                custom=False,
            )
            for line in order.lines
        ),
        delivered_at=NOON,
        signer="王五",
    )


def held(
    location_id: LocationId,
    sku: str,
    on_hand: int | str,
    safety_level: int | str = 0,
    reserved: int | str = 0,
    clear_percent: int | str = 0,
    tripped: bool = False,
) -> Stock:
    return Stock(
        sku=sku,
        location_id=location_id,
        plant_id=PLANT_OF.get(location_id, NINGBO),
        on_hand=Decimal(on_hand),
        safety_level=Decimal(safety_level),
        reserved=Decimal(reserved),
        clear_percent=Decimal(clear_percent),
        trip=Trip(LedgerKind.ADJUSTMENT, "盘亏", NOON) if tripped else None,
    )


def shelf(*items: Stock) -> dict[StockKey, Stock]:
    return {item.key: item for item in items}


async def register(tx: Transaction, *skus: str, item_class: ItemClass = ItemClass.REGULAR) -> None:
    entries = tuple(
        SkuEntry(sku=sku, name=f"{sku} 零件", unit="pcs", item_class=item_class) for sku in skus
    )
    await register_skus(RegisterSkus(skus=entries), tx)


async def receive(tx: Transaction, location_id: LocationId, *goods: tuple[str, int | str]) -> None:
    await receive_stock(
        ReceiveStock(
            plant_id=PLANT_OF.get(location_id, NINGBO),
            location_id=location_id,
            lines=tuple(StockLine(sku, Decimal(quantity)) for sku, quantity in goods),
            reference="DN-1",
        ),
        tx,
    )


async def protect(
    tx: Transaction,
    location_id: LocationId,
    sku: str,
    level: int | str,
    percent: int | str | None = None,
) -> None:
    await set_safety_level(
        SetSafetyLevel(
            plant_id=PLANT_OF.get(location_id, NINGBO),
            location_id=location_id,
            sku=sku,
            level=Decimal(level),
            clear_percent=None if percent is None else Decimal(percent),
        ),
        tx,
    )


async def rows(tx: Transaction, table: str) -> list[dict[str, Any]]:
    """All rows in sight, by primary key."""
    wanted = metadata.tables[table]
    found = await tx.conn.execute(select(wanted).order_by(*wanted.primary_key))
    return [dict(row._mapping) for row in found]


async def counters(tx: Transaction, location_id: LocationId, sku: str) -> tuple[int, ...]:
    """on hand, reserved, allocated, quality hold, damaged"""
    [row] = [
        row
        for row in await rows(tx, "stock")
        if (row["location_id"], row["sku"]) == (location_id, sku)
    ]
    return tuple(
        row[name] for name in ("on_hand", "reserved", "allocated", "quality_hold", "damaged")
    )


async def everything(tx: Transaction) -> dict[str, list[str]]:
    """Every row of every table, to compare before and after."""
    return {name: sorted(str(row) for row in await rows(tx, name)) for name in metadata.tables}


@asynccontextmanager
async def refused(tx: Transaction, kind: type[Refused], field: str) -> AsyncIterator[None]:
    """The block is refused, names the field, and leaves nothing behind."""
    before, emitted = await everything(tx), len(tx.emitted)
    with pytest.raises(kind) as caught:
        async with tx.conn.begin_nested():
            yield
    assert caught.value.field == field
    assert caught.value.en and caught.value.zh
    assert await everything(tx) == before
    assert len(tx.emitted) == emitted


@asynccontextmanager
async def committed(
    engine: AsyncEngine, caller: Caller, *, now: datetime = NOON
) -> AsyncIterator[Transaction]:
    """A transaction that stays, as in the pipeline."""
    async with engine.begin() as conn:
        await enter(conn, caller.reach(), timeout_s=20)
        yield Transaction(conn, caller, now)


@contextmanager
def statements(engine: AsyncEngine):
    """The SQL that is sent while the block runs."""
    sent: list[str] = []

    def note(conn, cursor, statement, parameters, context, executemany):
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def become(tx: Transaction, who: Caller) -> None:
    """Go on in the same transaction as somebody else."""
    tx.caller = who
    await enter(tx.conn, who.reach(), timeout_s=20)

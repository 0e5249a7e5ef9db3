"""Orders in every state for tests of the orders service, made through its own handlers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from chains import keep
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import (
    ItemClass,
    KitConfirmed,
    Placement,
    SeenStock,
    SkuRegistered,
    SkuView,
    StockReserved,
    StockShort,
)
from hedgerow.contracts.orders import (
    AdvanceOrder,
    Customer,
    OrderLine,
    OrdersByIds,
    OrderStep,
    OrderView,
    ShipTo,
    SubmitOrder,
)
from hedgerow.contracts.values import (
    Datum,
    DecisionId,
    GeoPoint,
    Line,
    LocationId,
    OrderId,
    PlantId,
    new_id,
)
from hedgerow.errors import Refused
from hedgerow.transaction import Ask, Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_orders.handlers.advance_order import advance_order
from hedgerow_orders.handlers.on_kit_confirmed import on_kits_confirmed
from hedgerow_orders.handlers.on_sku_registered import on_skus_registered
from hedgerow_orders.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_orders.handlers.on_stock_short import on_stock_short
from hedgerow_orders.handlers.submit_order import submit_orders
from hedgerow_orders.store.tables import order_changes, order_lines, order_numbers, orders
from hedgerow_orders.views.orders import orders_by_ids
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

NINGBO = PlantId(new_id())
SUZHOU = PlantId(new_id())
HANGZHOU_STORE = LocationId(new_id())
HEFEI_STORE = LocationId(new_id())
DECISION = DecisionId(new_id())


def sku(code: str = "BOLT-M8", *, custom: bool = False, name: str = "六角螺栓 M8") -> SkuView:
    kind = ItemClass.CUSTOM if custom else ItemClass.REGULAR
    return SkuView(sku=code, name=name, unit="件", item_class=kind, custom=custom)


def line(code: str = "BOLT-M8", quantity: str = "10", **more: Any) -> OrderLine:
    return OrderLine(sku=code, quantity=Decimal(quantity), **more)


def ship_to(**changes: Any) -> ShipTo:
    given = {"region": "浙江", "point": GeoPoint(121.55, 29.87, Datum.WGS84)} | changes
    return ShipTo(**given)


def submit(**changes: Any) -> SubmitOrder:
    given = {
        "order_id": OrderId(new_id()),
        "channel": "TMALL",
        "customer": Customer("C-001", "宁波港机"),
        "ship_to": ship_to(),
        "lines": (line(),),
    } | changes
    return SubmitOrder(**given)


def service(tx: Transaction) -> Caller:
    return Caller.service("orders", tx.tenant_id)


@asynccontextmanager
async def acting(
    tx: Transaction, who: Caller, *, now: datetime | None = None
) -> AsyncIterator[Transaction]:
    """The same database transaction as somebody else sees it; what they emit is theirs, and what
    they do leaves evidence."""
    await keep(tx)
    await enter(tx.conn, who.reach(), timeout_s=20)
    acted = Transaction(tx.conn, who, now or tx.now)
    yield acted
    await keep(acted)
    await enter(tx.conn, tx.caller.reach(), timeout_s=20)


async def know(tx: Transaction, *views: SkuView) -> None:
    async with acting(tx, service(tx)) as reaction:
        await on_skus_registered([SkuRegistered(sku=each) for each in views or (sku(),)], reaction)


async def answers(tx: Transaction, *commands: SubmitOrder) -> Sequence[OrderView | Refused]:
    """All in one batch, by the transaction's caller."""
    return await submit_orders([Ask(each, tx.caller) for each in commands], tx)


async def submitted(tx: Transaction, **changes: Any) -> OrderView:
    """An order of SKUs that are known."""
    command = submit(**changes)
    await know(tx, *(sku(each.sku) for each in {line.sku: line for line in command.lines}.values()))
    [view] = await answers(tx, command)
    if isinstance(view, Refused):
        raise view
    return view


def stock_reserved(order_id: OrderId, plant_id: PlantId = NINGBO) -> StockReserved:
    return StockReserved(
        order_id=order_id,
        plant_id=plant_id,
        decision_id=DECISION,
        plan=(
            Placement(line_no=1, sku="BOLT-M8", quantity=Decimal(10), location_id=HANGZHOU_STORE),
        ),
        seen=(seen(passed=True, reason=""),),
    )


def stock_short(order_id: OrderId, *tried: SeenStock) -> StockShort:
    return StockShort(
        order_id=order_id,
        plant_id=NINGBO,
        decision_id=DECISION,
        missing=(Line(1, "BOLT-M8", Decimal(10)),),
        seen=tried or (seen(),),
    )


def seen(**changes: Any) -> SeenStock:
    given = {
        "line_no": 1,
        "sku": "BOLT-M8",
        "location_id": HANGZHOU_STORE,
        "requested": Decimal(10),
        "available": Decimal(3),
        "safety_level": Decimal(80),
        "passed": False,
        "reason": "INSUFFICIENT",
    } | changes
    given.setdefault("plant_id", NINGBO if given["location_id"] == HANGZHOU_STORE else SUZHOU)
    return SeenStock(**given)


async def assigned(tx: Transaction, plant_id: PlantId = NINGBO, **changes: Any) -> OrderView:
    """An order with its plant and stock."""
    view = await submitted(tx, **changes)
    async with acting(tx, service(tx)) as reaction:
        await on_stock_reserved([stock_reserved(view.order_id, plant_id)], reaction)
        return await read(reaction, view.order_id)


async def short(tx: Transaction) -> OrderView:
    view = await submitted(tx)
    async with acting(tx, service(tx)) as reaction:
        await on_stock_short([stock_short(view.order_id)], reaction)
        return await read(reaction, view.order_id)


async def locked(tx: Transaction, **changes: Any) -> OrderView:
    """An order whose kit is locked."""
    view = await assigned(tx, **changes)
    async with acting(tx, service(tx)) as reaction:
        step = AdvanceOrder(order_id=view.order_id, step=OrderStep.LOCK_KIT)
        await advance_order(step, reaction)
        confirmed = KitConfirmed(order_id=view.order_id, plant_id=NINGBO, plan=())
        await on_kits_confirmed([confirmed], reaction)
        return await read(reaction, view.order_id)


async def read(tx: Transaction, order_id: OrderId) -> OrderView:
    """The order as the transaction's caller sees it; fails when they do not."""
    [view] = await orders_by_ids(OrdersByIds(ids=(order_id,)), tx)
    assert view is not None
    return view


async def everything(tx: Transaction) -> list[list[tuple[Any, ...]]]:
    """All rows of the tenant, to show that a refusal changed none."""
    async with acting(tx, service(tx)) as all_seeing:
        return [
            [tuple(row) for row in await all_seeing.conn.execute(select(table).order_by(*key))]
            for table in (orders, order_lines, order_changes, order_numbers.table)
            for key in [table.primary_key.columns]
        ]


@asynccontextmanager
async def statements(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    """Collects the SQL that is sent."""
    sent: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)

"""Delivered orders and returns for tests of the RMA service."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from hedgerow.auth import Caller
from hedgerow.contracts.orders import Customer, DeliveredLine, OrderDelivered
from hedgerow.contracts.rma import (
    DecideReturn,
    Disposition,
    InspectedLine,
    InspectReturn,
    ReceiveReturn,
    RequestReturn,
    ReturnLine,
    RmaView,
)
from hedgerow.contracts.values import Basis, LocationId, OrderId, PlantId, RmaId, new_id
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_rma.domain.delivered_order import DeliveredOrder
from hedgerow_rma.handlers.decide_return import decide_return
from hedgerow_rma.handlers.inspect_return import inspect_return
from hedgerow_rma.handlers.on_order_delivered import on_order_delivered
from hedgerow_rma.handlers.receive_return import receive_return
from hedgerow_rma.handlers.request_return import request_return
from hedgerow_rma.store.tables import rma_changes, rmas
from sqlalchemy import select
from worlds import NOON, caller

NINGBO = PlantId(new_id())
SUZHOU = PlantId(new_id())
NINGBO_STORE = LocationId(new_id())
HEFEI = LocationId(new_id())
LETTER = Basis("CUSTOMER_LETTER", "2026-0402", "客户来函要求退货")
REVIEW_RECORD = Basis("REVIEW_RECORD", "PS-2026-0031")


def delivered_line(line_no: int, quantity: str = "5", *, custom: bool = False) -> DeliveredLine:
    return DeliveredLine(
        line_no=line_no,
        sku=f"SKU-{line_no}",
        name=f"轴承 {line_no}",
        unit="件",
        quantity=Decimal(quantity),
        custom=custom,
    )


def order_delivered(
    *lines: DeliveredLine, plant_id: PlantId = NINGBO, at: datetime = NOON
) -> OrderDelivered:
    """Five pieces of one regular SKU, unless `lines` say otherwise."""
    return OrderDelivered(
        order_id=OrderId(new_id()),
        number="SO20260322-0007",
        occurred_at=at,
        plant_id=plant_id,
        customer=Customer("C-001", "宁波甬江机械"),
        lines=lines or (delivered_line(1),),
        delivered_at=at,
        signer="王芳",
    )


def delivered_order(*lines: DeliveredLine, at: datetime = NOON) -> DeliveredOrder:
    event = order_delivered(*lines, at=at)
    return DeliveredOrder(
        order_id=event.order_id,
        number=event.number,
        plant_id=event.plant_id,
        customer=event.customer,
        lines=event.lines,
        delivered_at=event.delivered_at,
    )


async def become(tx: Transaction, who: Caller, *, now: datetime | None = None) -> Transaction:
    """The same database transaction as somebody else sees it, perhaps later."""
    await enter(tx.conn, who.reach(), timeout_s=20)
    return Transaction(tx.conn, who, now or tx.now)


async def deliver(tx: Transaction, *events: OrderDelivered) -> None:
    """As the service itself reacts to the events."""
    await on_order_delivered(events, await become(tx, Caller.service("rma", tx.caller.tenant_id)))
    await enter(tx.conn, tx.caller.reach(), timeout_s=20)


def staff(tx: Transaction, **plants: Any) -> Caller:
    """Somebody of the tenant of `tx`: staff(tx, ningbo=Role.SALES)."""
    known = {"ningbo": NINGBO, "suzhou": SUZHOU}
    return caller(
        tx.caller.tenant_id,
        plants={known[name]: held for name, held in plants.items()},
        subject="clerk",
    )


def lines_of(quantities: dict[int, str]) -> tuple[ReturnLine, ...]:
    return tuple(ReturnLine(no, Decimal(quantity)) for no, quantity in quantities.items())


async def requested(
    tx: Transaction, order: OrderDelivered, quantities: dict[int, str] | None = None
) -> RmaView:
    return await request_return(ask(order, quantities), tx)


def ask(order: OrderDelivered, quantities: dict[int, str] | None = None) -> RequestReturn:
    return RequestReturn(
        rma_id=RmaId(new_id()),
        order_id=order.order_id,
        lines=lines_of(quantities or {1: "2"}),
        reason="规格不符",
        basis=LETTER,
    )


async def decided(tx: Transaction, rma: RmaView, *, approve: bool = True) -> RmaView:
    return await decide_return(decision(rma.rma_id, approve=approve), tx)


def decision(rma_id: RmaId, **changes: Any) -> DecideReturn:
    given = {"approve": True, "note": "客户已确认", "basis": REVIEW_RECORD} | changes
    return DecideReturn(rma_id=rma_id, **given)


async def received(
    tx: Transaction,
    rma: RmaView,
    location_id: LocationId = NINGBO_STORE,
    plant_id: PlantId = NINGBO,
) -> RmaView:
    command = ReceiveReturn(rma_id=rma.rma_id, location_id=location_id, location_plant_id=plant_id)
    return await receive_return(command, tx)


def fate(line_no: int, quantity: str, disposition: Disposition) -> InspectedLine:
    return InspectedLine(line_no, Decimal(quantity), disposition)


async def inspected(
    tx: Transaction, rma: RmaView, *lines: InspectedLine, accept: bool = True
) -> RmaView:
    command = InspectReturn(rma_id=rma.rma_id, accept=accept, lines=lines)
    return await inspect_return(command, tx)


async def stored(tx: Transaction) -> dict[str, Any]:
    """What the caller of `tx` can see: state and version by number, and the history's length."""
    returns = await tx.conn.execute(select(rmas.c.number, rmas.c.state, rmas.c.version))
    changes = await tx.conn.execute(select(rma_changes.c.version))
    return {
        "returns": {row.number: (row.state, row.version) for row in returns},
        "changes": len(changes.all()),
    }

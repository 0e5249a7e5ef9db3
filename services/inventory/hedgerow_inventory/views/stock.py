"""What is where, and how much of it can be promised."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.inventory import (
    LedgerKind,
    ListStock,
    OverflowState,
    OverflowView,
    StockByKeys,
    StockPage,
    StockView,
)
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.sight import readable
from hedgerow.transaction.windows import windowed
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    column,
    func,
    select,
)

from hedgerow_inventory.domain.inputs import storable
from hedgerow_inventory.domain.overflow import Trip, clear_level
from hedgerow_inventory.domain.sku import Sku
from hedgerow_inventory.domain.stock import Stock
from hedgerow_inventory.store.tables import COUNTERS, skus, stock

# Looked up for each row that was found: as a join, the planner would rather begin with all SKUs,
# because it cannot know how few the unnested keys are of.
_UNIT = (
    select(skus.c.unit)
    .where(skus.c.tenant_id == stock.c.tenant_id, skus.c.sku == stock.c.sku)
    .correlate(stock)
    .scalar_subquery()
    .label("unit")
)
_ROWS = select(stock, _UNIT)
_WANTED = (
    func.unnest(bindparam("locations", type_=ARRAY(Uuid)), bindparam("skus", type_=ARRAY(Text)))
    .table_valued(column("location_id", Uuid), column("sku", Text), name="wanted")
    .render_derived()
)
_BY_KEYS = _ROWS.select_from(stock).join(
    _WANTED, and_(stock.c.location_id == _WANTED.c.location_id, stock.c.sku == _WANTED.c.sku)
)
_AVAILABLE = (
    stock.c.on_hand - stock.c.quality_hold - stock.c.damaged - stock.c.reserved - stock.c.allocated
)


def stock_view(item: Stock, sku: Sku, at: datetime) -> StockView:
    """at  when the item changed last"""
    return StockView(
        sku=item.sku,
        location_id=item.location_id,
        plant_id=item.plant_id,
        unit=sku.unit,
        on_hand=item.on_hand,
        reserved=item.reserved,
        allocated=item.allocated,
        quality_hold=item.quality_hold,
        damaged=item.damaged,
        available=item.available,
        safety_level=item.safety_level,
        atp=item.atp,
        updated_at=at,
        clear_percent=item.clear_percent,
        overflow=_overflow(item.clear_level, item.trip, at),
    )


def _overflow(level: Decimal, trip: Trip | None, at: datetime) -> OverflowView:
    """at  when it tripped, if that is not known yet"""
    return OverflowView(
        state=OverflowState.TRIPPED if trip else OverflowState.CLEAR,
        clear_level=level,
        tripped_at=(trip.at or at) if trip else None,
        kind=trip.kind if trip else None,
        because=trip.because if trip else None,
    )


@answers_along("keys")
async def stock_by_keys(query: StockByKeys, tx: Transaction) -> tuple[StockView | None, ...]:
    """Stock of exactly these SKUs and locations."""
    for position, key in enumerate(query.keys):
        storable(key.sku, f"keys.{position}.sku")
    wanted = set(query.keys)
    rows = await tx.conn.execute(
        _BY_KEYS.where(_readable(tx.caller)),
        {
            "locations": [key.location_id for key in wanted],
            "skus": [key.sku for key in wanted],
        },
    )
    found = {(row.sku, row.location_id): _view(row) for row in rows}
    return tuple(found.get((key.sku, key.location_id)) for key in query.keys)


async def list_stock(query: ListStock, tx: Transaction) -> StockPage:
    """The stock of the plants where the caller may read it, by SKU, then location."""
    matching = _matching(query).where(_readable(tx.caller))
    part = await windowed(tx.conn, matching, query.page, by=(stock.c.sku, stock.c.location_id))
    return StockPage(
        items=tuple(_view(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _readable(caller: Caller) -> ColumnElement[bool]:
    return readable(caller, stock.c.plant_id, Permission.STOCK_READ)


def _matching(query: ListStock) -> Select[Any]:
    where, matching = query.where, _ROWS
    for position, sku in enumerate(where.skus):
        storable(sku, f"where.skus.{position}")
    for each, given in (
        (stock.c.sku, where.skus),
        (stock.c.location_id, where.location_ids),
        (stock.c.plant_id, where.plant_ids),
    ):
        if given:
            matching = matching.where(each == any_(bindparam(None, list(given), ARRAY(each.type))))
    if where.below_safety is not None:
        below = _AVAILABLE < stock.c.safety_level
        matching = matching.where(below if where.below_safety else ~below)
    if where.tripped is not None:
        tripped = stock.c.tripped_at.is_not(None)
        matching = matching.where(tripped if where.tripped else ~tripped)
    return matching


def _view(row: Row[Any]) -> StockView:
    promised: Decimal = row.reserved + row.allocated + row.quality_hold + row.damaged
    available = row.on_hand - promised
    at = row.tripped_at
    trip = Trip(LedgerKind(row.tripped_kind), row.tripped_because, at) if at else None
    return StockView(
        sku=row.sku,
        location_id=row.location_id,
        plant_id=row.plant_id,
        unit=row.unit,
        **{name: getattr(row, name) for name in COUNTERS},
        available=available,
        safety_level=row.safety_level,
        atp=max(Decimal(0), available - row.safety_level),
        updated_at=row.updated_at,
        clear_percent=row.clear_percent,
        overflow=_overflow(clear_level(row.safety_level, row.clear_percent), trip, row.updated_at),
    )

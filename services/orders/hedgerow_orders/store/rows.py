"""Order, lines and changes as rows, and the part of an order that changes back from its row."""

from __future__ import annotations

from typing import Any

import msgspec
from hedgerow.contracts.orders import (
    Customer,
    Milestone,
    OrderAttribute,
    OrderLineView,
    OrderPriority,
    OrderState,
    OrderType,
    ShipTo,
    Shortage,
    Sourcing,
)
from hedgerow.contracts.values import Basis, Datum, GeoPoint, LonLat, Money, OrderId, PlantId
from sqlalchemy import Row

from hedgerow_orders.domain.change import Change
from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.shortages import as_seen_by
from hedgerow_orders.domain.submission import Submission

Fields = dict[str, Any]

SUBMITTED = (
    "number",
    "type",
    "channel",
    "customer_code",
    "customer_name",
    "region",
    "city",
    "address",
    "lon",
    "lat",
    "given_lon",
    "given_lat",
    "given_datum",
    "placed_at",
    "promised_at",
    "submitted_by",
    "priority",
    "customer_grade",
    "attributes",
)
CHANGING = (
    "state",
    "sourcing",
    "milestones",
    "plant_id",
    "decision_id",
    "shortages",
    "unroutable",
    "kit_lock_pending",
    "delivered_at",
    "signer",
    "cancellation",
    "updated_at",
    "version",
)
LINE = (
    "line_no",
    "sku",
    "name",
    "unit",
    "quantity",
    "price_amount",
    "price_currency",
    "custom",
)
CHANGE = ("version", "plant_id", "at", "by", "change", "from_state", "to_state", "basis")
# An entry of evidence has its own place for these: its time, number, basis and actor.
_SAID_ELSEWHERE = ("updated_at", "version", "cancellation", "submitted_by")
_EVIDENT = tuple(name for name in CHANGING if name not in _SAID_ELSEWHERE)


def submitted(order: Order, submission: Submission) -> Fields:
    ship_to, given = submission.ship_to, submission.ship_to.point
    return {
        "number": order.number,
        "type": submission.type,
        "channel": submission.channel,
        "customer_code": submission.customer.code,
        "customer_name": submission.customer.name,
        "region": ship_to.region,
        "city": ship_to.city,
        "address": ship_to.address,
        "lon": submission.wgs84.lon,
        "lat": submission.wgs84.lat,
        "given_lon": given.lon,
        "given_lat": given.lat,
        "given_datum": given.datum,
        "placed_at": submission.placed_at,
        "promised_at": submission.promised_at,
        "submitted_by": submission.by,
        "priority": submission.priority,
        "customer_grade": submission.customer_grade,
        "attributes": submission.attributes,
    }


def changing(order: Order) -> Fields:
    return {name: getattr(order, name) for name in CHANGING}


def evident(order: Order) -> Fields:
    """What evidence compares before and after a change. Without the stock figures of shortages:
    they are for those who may see the locations' plants, and evidence follows the order's."""
    seen = as_seen_by(order.shortages, lambda _: False)
    return {name: getattr(order, name) for name in _EVIDENT} | {"shortages": seen}


def evident_submission(
    order: Order, submission: Submission, lines: tuple[OrderLineView, ...]
) -> Fields:
    """What evidence keeps of a new order."""
    asked = submitted(order, submission)
    return {
        **{name: asked[name] for name in SUBMITTED if name not in _SAID_ELSEWHERE},
        "lines": lines,
        **evident(order),
    }


def line(view: OrderLineView) -> Fields:
    price = view.unit_price
    return {
        "line_no": view.line_no,
        "sku": view.sku,
        "name": view.name,
        "unit": view.unit,
        "quantity": view.quantity,
        "price_amount": None if price is None else price.amount,
        "price_currency": None if price is None else price.currency,
        "custom": view.custom,
    }


def change(each: Change, plant_id: PlantId | None) -> Fields:
    return {
        "version": each.version,
        "plant_id": plant_id,
        "at": each.at,
        "by": each.by,
        "change": each.kind,
        "from_state": each.from_state,
        "to_state": each.to_state,
        "basis": each.basis,
    }


def order(row: Row[Any]) -> Order:
    """From the columns `id`, `number` and those in CHANGING."""
    return Order(
        id=OrderId(row.id),
        number=row.number,
        state=OrderState(row.state),
        sourcing=Sourcing(row.sourcing),
        milestones=milestones(row.milestones),
        plant_id=row.plant_id,
        decision_id=row.decision_id,
        shortages=shortages(row.shortages),
        unroutable=row.unroutable,
        kit_lock_pending=row.kit_lock_pending,
        delivered_at=row.delivered_at,
        signer=row.signer,
        cancellation=basis(row.cancellation),
        updated_at=row.updated_at,
        version=row.version,
    )


def submission(row: Row[Any]) -> Submission:
    """From the columns in SUBMITTED."""
    return Submission(
        type=OrderType(row.type),
        channel=row.channel,
        customer=Customer(row.customer_code, row.customer_name),
        ship_to=ShipTo(
            region=row.region,
            city=row.city,
            address=row.address,
            point=GeoPoint(row.given_lon, row.given_lat, Datum(row.given_datum)),
        ),
        wgs84=LonLat(row.lon, row.lat),
        placed_at=row.placed_at,
        promised_at=row.promised_at,
        by=row.submitted_by,
        priority=OrderPriority(row.priority),
        customer_grade=row.customer_grade,
        attributes=attributes(row.attributes),
    )


def line_view(row: Row[Any]) -> OrderLineView:
    """From the columns in LINE."""
    return OrderLineView(
        line_no=row.line_no,
        sku=row.sku,
        name=row.name,
        unit=row.unit,
        quantity=row.quantity,
        unit_price=None
        if row.price_amount is None
        else Money(row.price_amount, row.price_currency),
        custom=row.custom,
    )


def milestones(stored: list[str]) -> tuple[Milestone, ...]:
    return tuple(Milestone(each) for each in stored)


def attributes(stored: list[Any]) -> tuple[OrderAttribute, ...]:
    return msgspec.convert(stored, tuple[OrderAttribute, ...]) if stored else ()


def shortages(stored: list[Any]) -> tuple[Shortage, ...]:
    return msgspec.convert(stored, tuple[Shortage, ...]) if stored else ()


def basis(stored: dict[str, Any] | None) -> Basis | None:
    return None if stored is None else msgspec.convert(stored, Basis)

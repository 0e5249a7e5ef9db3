"""Owned by services/orders: views, commands, queries, events."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import msgspec

from .evidence import ListEvidence, VerifyEvidence
from .message import Command, Event, Query
from .values import (
    Basis,
    DecisionId,
    GeoPoint,
    Line,
    LocationId,
    LonLat,
    Money,
    OrderId,
    Page,
    PlantId,
)


class OrderType(StrEnum):
    MTO = "MTO"


class OrderState(StrEnum):
    """The business state of a make-to-order order, in the order it passes them."""

    PENDING_REVIEW = "PENDING_REVIEW"  # 待审核
    KIT_LOCKED = "KIT_LOCKED"  # 齐套锁定
    IN_PRODUCTION = "IN_PRODUCTION"  # 生产派工
    QUALITY_RELEASED = "QUALITY_RELEASED"  # 质检放行
    SIGNED = "SIGNED"  # 物流签收
    CANCELLED = "CANCELLED"  # 已取消


class Milestone(StrEnum):
    """What has been reached, the same names for every order type. A set, not a position."""

    CAPTURED = "CAPTURED"
    CONFIRMED = "CONFIRMED"
    PAID = "PAID"
    ALLOCATED = "ALLOCATED"
    IN_PRODUCTION = "IN_PRODUCTION"
    QUALITY_RELEASED = "QUALITY_RELEASED"
    PACKED = "PACKED"
    HANDED_OVER = "HANDED_OVER"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Sourcing(StrEnum):
    """Where the order stands with its stock, beside its business state."""

    PENDING = "PENDING"
    RESERVED = "RESERVED"
    SHORT = "SHORT"
    UNROUTABLE = "UNROUTABLE"
    RELEASED = "RELEASED"


class OrderPriority(StrEnum):
    """How urgent it is, the least first."""

    NORMAL = "NORMAL"
    C = "C"
    B = "B"
    A = "A"


class OrderStep(StrEnum):
    """The commands that move a make-to-order order on; none skips a state."""

    LOCK_KIT = "LOCK_KIT"
    DISPATCH = "DISPATCH"
    RELEASE_QUALITY = "RELEASE_QUALITY"
    SIGN = "SIGN"


class Customer(msgspec.Struct, frozen=True):
    code: str
    name: str


class OrderAttribute(msgspec.Struct, frozen=True):
    """What the seller's system says of an order beside the fields that all orders have."""

    name: str
    value: str


class ShipTo(msgspec.Struct, frozen=True, kw_only=True):
    """region  the first administrative division, as the rules name it: 浙江"""

    region: str
    city: str = ""
    address: str = ""
    point: GeoPoint


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is submitted. quantity  in the SKU's unit; positive."""

    sku: str
    quantity: Decimal
    unit_price: Money | None = None


class OrderLineView(msgspec.Struct, frozen=True, kw_only=True):
    """custom  made for this customer: cannot be returned without a review"""

    line_no: int
    sku: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Money | None
    custom: bool


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """What was missing where when stock was last asked for.

    needed     in the SKU's unit; for a kit check the quantity times its factor
    available  at that location, before the safety level is taken off
    reason     INSUFFICIENT | BELOW_SAFETY | OVERFLOWING | NOT_STOCKED | SPLIT_LIMIT |
               SUPPLY_OVERDUE
    plant_id   the location's plant; whoever may not see it finds None for both stock figures
    """

    line_no: int
    sku: str
    location_id: LocationId
    needed: Decimal
    available: Decimal | None
    safety_level: Decimal | None
    reason: str
    plant_id: PlantId | None = None


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """plant_id         None until the order is assigned
    ship_to_wgs84    the ship-to point converted; ship_to.point keeps what was given
    kit_lock_pending LOCK_KIT was asked for and inventory has not answered yet
    unroutable       why no plant was found; empty otherwise
    customer_grade   how important the customer is, as the seller's system says; may be empty
    attributes       by name
    """

    order_id: OrderId
    number: str
    type: OrderType
    state: OrderState
    sourcing: Sourcing
    milestones: tuple[Milestone, ...]
    plant_id: PlantId | None
    decision_id: DecisionId | None
    channel: str
    customer: Customer
    ship_to: ShipTo
    ship_to_wgs84: LonLat
    lines: tuple[OrderLineView, ...]
    shortages: tuple[Shortage, ...]
    unroutable: str
    kit_lock_pending: bool
    placed_at: datetime
    promised_at: datetime | None
    updated_at: datetime
    delivered_at: datetime | None
    signer: str
    submitted_by: str
    cancellation: Basis | None
    version: int
    priority: OrderPriority = OrderPriority.NORMAL
    customer_grade: str = ""
    attributes: tuple[OrderAttribute, ...] = ()


class OrderChange(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an order's history; never changed. from_state is None for the submission.

    change  SUBMITTED | RESERVED | FELL_SHORT | LEFT_UNROUTED | KIT_LOCK_REQUESTED | KIT_LOCKED |
            KIT_REFUSED | DISPATCHED | QUALITY_RELEASED | DELIVERED | CANCELLED
    """

    version: int
    at: datetime
    by: str
    change: str
    from_state: OrderState | None
    to_state: OrderState
    basis: Basis | None


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one per order"""

    orders: tuple[OrderView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class OrderWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold; an empty tuple gives no condition. At most 100 values each.

    sku            a line of the order has it
    number_prefix  what the order number starts with
    placed_from    inclusive; placed_before is exclusive
    """

    plant_ids: tuple[PlantId, ...] = ()
    states: tuple[OrderState, ...] = ()
    sourcing: tuple[Sourcing, ...] = ()
    channels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    customer_codes: tuple[str, ...] = ()
    sku: str | None = None
    number_prefix: str | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None


class OrderSort(StrEnum):
    PLACED_AT_DESC = "PLACED_AT_DESC"
    PLACED_AT_ASC = "PLACED_AT_ASC"


# Commands


class SubmitOrder(Command[OrderView], frozen=True, kw_only=True):
    """1 to 200 lines of SKUs that inventory has announced.

    channel    1 to 40 ASCII letters, digits, dashes and underscores
    placed_at  when the customer ordered, for imported orders; None is now
    attributes at most 50; a name is written like a channel
    """

    SUBJECT: ClassVar = "hedgerow.cmd.orders.submit_order.v1"
    order_id: OrderId
    type: OrderType = OrderType.MTO
    channel: str
    customer: Customer
    ship_to: ShipTo
    lines: tuple[OrderLine, ...]
    placed_at: datetime | None = None
    promised_at: datetime | None = None
    priority: OrderPriority = OrderPriority.NORMAL
    customer_grade: str = ""
    attributes: tuple[OrderAttribute, ...] = ()


class CancelOrder(Command[OrderView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.orders.cancel_order.v1"
    order_id: OrderId
    basis: Basis
    expected_version: int | None = None


class AdvanceOrder(Command[OrderView], frozen=True, kw_only=True):
    """signer  who signed for the goods; SIGN needs it"""

    SUBJECT: ClassVar = "hedgerow.cmd.orders.advance_order.v1"
    order_id: OrderId
    step: OrderStep
    signer: str = ""
    expected_version: int | None = None


# Queries


class OrdersByIds(Query[tuple[OrderView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `ids`, at most 1000; None for what is absent or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.orders.orders_by_ids.v1"
    ids: tuple[OrderId, ...]


class OrderByNumber(Query[OrderView | None], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.orders.order_by_number.v1"
    number: str


class ListOrders(Query[OrderPage], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.orders.list_orders.v1"
    where: OrderWhere = OrderWhere()
    sort: OrderSort = OrderSort.PLACED_AT_DESC
    page: Page


class HistoryByOrders(Query[tuple[tuple[OrderChange, ...], ...]], frozen=True, kw_only=True):
    """Oldest change first; answers in the order of `ids`, at most 1000; empty for what is absent
    or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.orders.history_by_orders.v1"
    ids: tuple[OrderId, ...]


class ListOrdersEvidence(ListEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.orders.list_orders_evidence.v1"


class VerifyOrdersEvidence(VerifyEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.orders.verify_orders_evidence.v1"


# Events. Aggregate `order:<id>`; every change of an order is one event.


class OrderEvent(Event, frozen=True, kw_only=True):
    order_id: OrderId
    number: str
    occurred_at: datetime


class OrderSubmitted(OrderEvent, frozen=True, kw_only=True):
    """point  WGS-84; given is the same point as the customer's system named it
    custom  whether a line is made for one customer
    """

    SUBJECT: ClassVar = "hedgerow.evt.orders.order_submitted.v1"
    type: OrderType
    channel: str
    customer_code: str
    region: str
    point: LonLat
    given: GeoPoint
    lines: tuple[Line, ...]
    placed_at: datetime
    priority: OrderPriority = OrderPriority.NORMAL
    customer_grade: str = ""
    attributes: tuple[OrderAttribute, ...] = ()
    custom: bool = False


class OrderReserved(OrderEvent, frozen=True, kw_only=True):
    """The order has its plant, and stock for every line."""

    SUBJECT: ClassVar = "hedgerow.evt.orders.order_reserved.v1"
    plant_id: PlantId


class OrderFellShort(OrderEvent, frozen=True, kw_only=True):
    """The order has its plant, and at least one line without stock; nothing is reserved. Stock
    figures of other plants' locations are left out."""

    SUBJECT: ClassVar = "hedgerow.evt.orders.order_fell_short.v1"
    plant_id: PlantId
    shortages: tuple[Shortage, ...]


class OrderLeftUnrouted(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.order_left_unrouted.v1"
    reason: str


class KitLockRequested(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.kit_lock_requested.v1"
    plant_id: PlantId
    lines: tuple[Line, ...]


class OrderKitLocked(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.order_kit_locked.v1"
    plant_id: PlantId


class OrderKitRefused(OrderEvent, frozen=True, kw_only=True):
    """The state did not change; `shortages` says what the kit lacks, without stock figures of
    other plants' locations."""

    SUBJECT: ClassVar = "hedgerow.evt.orders.order_kit_refused.v1"
    plant_id: PlantId
    shortages: tuple[Shortage, ...]


class OrderDispatched(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.order_dispatched.v1"
    plant_id: PlantId


class OrderQualityReleased(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.order_quality_released.v1"
    plant_id: PlantId


class DeliveredLine(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    sku: str
    name: str
    unit: str
    quantity: Decimal
    custom: bool


class OrderDelivered(OrderEvent, frozen=True, kw_only=True):
    """Signed for by the customer. delivered_at starts the period in which it may be returned."""

    SUBJECT: ClassVar = "hedgerow.evt.orders.order_delivered.v1"
    plant_id: PlantId
    customer: Customer
    lines: tuple[DeliveredLine, ...]
    delivered_at: datetime
    signer: str


class OrderCancelled(OrderEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.orders.order_cancelled.v1"
    plant_id: PlantId | None
    basis: Basis

"""An order as it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
from hedgerow.contracts.orders import OrderLineView, OrderView
from hedgerow.contracts.values import OrderId

from hedgerow_gateway.context import Context
from hedgerow_gateway.schema.decisions import RoutingDecision
from hedgerow_gateway.schema.enums import (
    Milestone,
    OrderPriority,
    OrderState,
    OrderType,
    ReservationState,
    Sourcing,
)
from hedgerow_gateway.schema.fields import derived, looked_up, shown, told
from hedgerow_gateway.schema.finding import to_location, to_plant
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.order_labels import Locale, label_of
from hedgerow_gateway.schema.plants import Location, Plant
from hedgerow_gateway.schema.values import Basis, GeoPoint, Money, Position

if TYPE_CHECKING:
    from hedgerow_gateway.schema.returns import Rma


@dataclass(frozen=True, slots=True)
class LineOf:
    """A line and the order it is of."""

    order: OrderView
    line: OrderLineView


def _id(order: OrderView) -> OrderId:
    return order.order_id


def _state_label(
    order: OrderView, context: Context, locale: Locale | None = strawberry.UNSET
) -> str:
    return label_of(order.state, locale.value if locale else context.language)


@strawberry.type(description="Who ordered.")
class Customer:
    code: str = shown("客户代码", "Code", "Of the customer.")
    name: str = shown("客户名称", "Name", "Of the customer.")


@strawberry.type(description="Where the goods go.")
class ShipTo:
    region: str = shown("省份", "Region", "The first administrative division: 浙江.")
    city: str = shown("城市", "City", "May be empty.")
    address: str = shown("地址", "Address", "May be empty.")
    point: GeoPoint = shown("位置", "Point", "As it was given.")


@strawberry.type(description="What the seller's system says of an order beside its fields.")
class OrderAttribute:
    name: str = shown("属性名", "Name", "Letters, digits, - and _.")
    value: str = shown("属性值", "Value", "May be empty.")


@strawberry.type(description="Stock promised to a line.")
class Reservation:
    quantity: Decimal = shown("数量", "Quantity", "In the SKU's unit.")
    state: ReservationState = shown("状态", "State", "Held, allocated, issued or released.")
    updated_at: datetime = shown("更新时间", "Updated at", "Its last change.")
    location: Location | None = to_location("库位", "Location", "Where the stock is.")


@strawberry.type(description="A line of an order.")
class OrderLine:
    line_no: int = derived(lambda it: it.line.line_no, "行号", "Line", "From 1.")
    sku: str = derived(lambda it: it.line.sku, "SKU", "SKU", "Code of the article.")
    name: str = derived(lambda it: it.line.name, "品名", "Name", "Of the article when ordered.")
    unit: str = derived(lambda it: it.line.unit, "单位", "Unit", "Of the quantity.")
    quantity: Decimal = derived(
        lambda it: it.line.quantity, "数量", "Quantity", "In the SKU's unit."
    )
    unit_price: Money | None = derived(
        lambda it: it.line.unit_price, "单价", "Unit price", "Null when none was given."
    )
    custom: bool = derived(lambda it: it.line.custom, "定制", "Custom", "Made for this customer.")
    reservations: list[Reservation] | None = looked_up(
        lambda load: load.reservations,
        lambda it: it.order.order_id,
        "预留",
        "Reservations",
        "Stock promised to this line.",
        pick=lambda it, found: [each for each in found if each.line_no == it.line.line_no],
        entries=1,
    )


@strawberry.type(description="What was missing where when stock was last asked for.")
class OrderShortage:
    line_no: int = shown("行号", "Line", "Of the order.")
    sku: str = shown("SKU", "SKU", "Code of the article.")
    needed: Decimal = shown(
        "需求数量", "Needed", "In the SKU's unit; for a kit the quantity times its factor."
    )
    available: Decimal | None = shown(
        "可用数量", "Available", "Before the safety level is taken off; null for another's stock."
    )
    safety_level: Decimal | None = shown(
        "安全库存", "Safety level", "What promising must leave; null for another's stock."
    )
    reason: str = shown(
        "原因",
        "Reason",
        "INSUFFICIENT, BELOW_SAFETY, OVERFLOWING, NOT_STOCKED, SPLIT_LIMIT or SUPPLY_OVERDUE.",
    )
    location: Location | None = to_location("库位", "Location", "Where it was missing.")


@strawberry.type(description="One entry of an order's history; never changed.")
class OrderHistoryEntry:
    version: int = shown("版本", "Version", "Of the order, from 1.")
    at: datetime = shown("时间", "At", "When it happened.")
    by: str = shown("操作人", "By", "Who did it.")
    change: str = shown("变更", "Change", "What happened.")
    from_state: OrderState | None = shown("原状态", "From", "Null for the submission.")
    to_state: OrderState = shown("新状态", "To", "The state after it.")
    basis: Basis | None = shown("依据", "Basis", "Why, for critical changes.")


@published(OrderView, "A customer's order.")
class Order(Node):
    number: str = shown("订单号", "Number", "Unique in the company.")
    type: OrderType = shown("订单类型", "Type", "Which states it passes.")
    state: OrderState = shown("状态", "State", "The business state.")
    state_label: str = told(
        _state_label, "状态名称", "State label", "The state in words, in the language asked for."
    )
    sourcing: Sourcing = shown("备货状态", "Sourcing", "Where it stands with its stock.")
    milestones: list[Milestone] = shown("里程碑", "Milestones", "All that were reached.")
    plant: Plant | None = to_plant("工厂", "Plant", "Null until it is assigned.")
    decision: RoutingDecision | None = looked_up(
        lambda load: load.decisions_of_orders,
        _id,
        "路由决策",
        "Decision",
        "Why it went where it went.",
    )
    channel: str = shown("渠道", "Channel", "Where the order came from.")
    customer: Customer = shown("客户", "Customer", "Who ordered.")
    customer_grade: str = shown(
        "客户等级", "Customer grade", "As the seller's system said; may be empty."
    )
    priority: OrderPriority = shown("优先级", "Priority", "How urgent it is.")
    attributes: list[OrderAttribute] = shown(
        "扩展属性", "Attributes", "What else the seller's system said, by name.", entries=2
    )
    ship_to: ShipTo = shown("收货地址", "Ship to", "Where the goods go.")
    ship_to_wgs84: Position = shown("WGS-84 位置", "WGS-84 point", "The same point, converted.")
    lines: list[OrderLine] = derived(
        lambda order: [LineOf(order, line) for line in order.lines],
        "订单行",
        "Lines",
        "What was ordered.",
    )
    shortages: list[OrderShortage] = shown(
        "缺料明细", "Shortages", "What was missing where; empty when nothing was.", entries=2
    )
    unroutable: str = shown("无法路由原因", "Unroutable", "Why no plant was found, or empty.")
    kit_lock_pending: bool = shown(
        "齐套锁定中", "Kit lock pending", "Asked for, and inventory has not answered yet."
    )
    placed_at: datetime = shown("下单时间", "Placed at", "When the customer ordered.")
    promised_at: datetime | None = shown("承诺时间", "Promised at", "Null when none was given.")
    updated_at: datetime = shown("更新时间", "Updated at", "Its last change.")
    delivered_at: datetime | None = shown("签收时间", "Delivered at", "Null until it was signed.")
    signer: str = shown("签收人", "Signer", "Who signed for the goods; empty until then.")
    submitted_by: str = shown("提交人", "Submitted by", "Who submitted it.")
    cancellation: Basis | None = shown("取消依据", "Cancellation", "Why it was cancelled, or null.")
    version: int = shown("版本", "Version", "Each change adds one.")
    history: list[OrderHistoryEntry] | None = looked_up(
        lambda load: load.history, _id, "历史", "History", "Every change, oldest first."
    )
    returns: list[Annotated[Rma, strawberry.lazy("hedgerow_gateway.schema.returns")]] | None = (
        looked_up(
            lambda load: load.rmas_of_orders, _id, "退货单", "Returns", "Oldest first.", entries=1
        )
    )

"""orderSubmit: the order, and by default its plant and its stock, or why not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from hedgerow.contracts import orders as contract
from hedgerow.contracts.orders import OrderView, SubmitOrder

from hedgerow_gateway.context import Context, Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import OrderPriority, OrderType, Sourcing
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.orders import Order
from hedgerow_gateway.schema.settling import settled
from hedgerow_gateway.schema.values import GeoPointInput, MoneyInput

SETTLING = frozenset({"order_reserved", "order_fell_short", "order_left_unrouted"})


@strawberry.enum(description="How long orderSubmit waits.")
class WaitFor(Enum):
    SETTLED = strawberry.enum_value(
        "SETTLED",
        description="Until the order has its plant and its stock, or it is known why not.",
    )
    CAPTURED = strawberry.enum_value("CAPTURED", description="Until the order is stored.")


@strawberry.input(description="Who orders.")
class CustomerInput:
    code: str = entered("客户代码", "Code", "Of the customer.")
    name: str = entered("客户名称", "Name", "Of the customer.")


@strawberry.input(description="Where the goods go.")
class ShipToInput:
    region: str = entered("省份", "Region", "The first administrative division: 浙江.")
    city: str | None = entered("城市", "City", "Of the address.", optional=True)
    address: str | None = entered("地址", "Address", "Street and number.", optional=True)
    point: GeoPointInput = entered("位置", "Point", "In a datum that is named.")


@strawberry.input(description="A line of a new order.")
class OrderLineInput:
    sku: str = entered("SKU", "SKU", "Code of the article.")
    quantity: Decimal = entered("数量", "Quantity", "In the SKU's unit; above 0.")
    unit_price: MoneyInput | None = entered("单价", "Unit price", "For one unit.", optional=True)


@strawberry.input(description="What the seller's system says of an order beside its fields.")
class OrderAttributeInput:
    name: str = entered("属性名", "Name", "Letters, digits, - and _; once in an order.")
    value: str = entered("属性值", "Value", "Up to 200 characters; may be empty.")


@strawberry.input(description="A new order.")
class OrderSubmitInput:
    type: OrderType | None = entered(
        "订单类型", "Type", "MTO unless another is named.", optional=True
    )
    channel: str = entered("渠道", "Channel", "Where the order comes from.")
    customer: CustomerInput = entered("客户", "Customer", "Who orders.")
    ship_to: ShipToInput = entered("收货地址", "Ship to", "Where the goods go.")
    lines: list[OrderLineInput] = entered("订单行", "Lines", "At least one.")
    placed_at: datetime | None = entered(
        "下单时间", "Placed at", "When the customer ordered; now.", optional=True
    )
    promised_at: datetime | None = entered(
        "承诺时间", "Promised at", "When the goods are to be there.", optional=True
    )
    priority: OrderPriority | None = entered(
        "优先级", "Priority", "NORMAL unless another is named.", optional=True
    )
    customer_grade: str | None = entered(
        "客户等级", "Customer grade", "How important the customer is.", optional=True
    )
    attributes: list[OrderAttributeInput] | None = entered(
        "扩展属性", "Attributes", "At most 50; rules may ask for them.", optional=True
    )
    wait_for: WaitFor | None = entered(
        "等待", "Wait for", "SETTLED unless CAPTURED is asked for.", optional=True
    )

    def command(self, order_id: Any) -> SubmitOrder:
        return SubmitOrder(
            order_id=order_id,
            type=self.type or OrderType.MTO,
            channel=self.channel,
            customer=contract.Customer(self.customer.code, self.customer.name),
            ship_to=contract.ShipTo(
                region=self.ship_to.region,
                city=self.ship_to.city or "",
                address=self.ship_to.address or "",
                point=self.ship_to.point.contract(),
            ),
            lines=tuple(
                contract.OrderLine(
                    sku=line.sku,
                    quantity=line.quantity,
                    unit_price=line.unit_price.contract() if line.unit_price else None,
                )
                for line in self.lines
            ),
            placed_at=self.placed_at or None,
            promised_at=self.promised_at or None,
            priority=self.priority or OrderPriority.NORMAL,
            customer_grade=self.customer_grade or "",
            attributes=tuple(
                contract.OrderAttribute(each.name, each.value) for each in self.attributes or ()
            ),
        )


@strawberry.type(description="What became of orderSubmit.")
class OrderSubmitPayload:
    order: Order | None = member("订单", "Order", "As it stands; stored in any case.")
    settled: bool | None = member(
        "已落定", "Settled", "Whether plant and stock are decided; when not, they will be."
    )
    user_errors: list[UserError] = user_errors(
        "OrderSubmit",
        {
            "BAD_COORDINATE": "A coordinate is not a number or out of range.",
            "CODE_INVALID": "A code holds other characters than letters, digits, - and _.",
            "COUNT_INVALID": "Too few or too many lines, or too many attributes.",
            "GIVEN_TWICE": "An attribute stands twice.",
            "ORDER_EXISTS": "The order is there already.",
            "PRICE_INVALID": "A price is negative, too large or in no known currency.",
            "QUANTITY_INVALID": "A quantity is not above 0, too large or too fine.",
            "TIME_INVALID": "A time is out of range.",
            "UNKNOWN_SKU": "There is no such SKU.",
        },
    )


async def order_submit(info: Info, input: OrderSubmitInput) -> OrderSubmitPayload:
    act = Act.of(info)
    command = input.command(act.new_id())
    if input.wait_for is WaitFor.CAPTURED:
        captured = await act.send(command)
        return OrderSubmitPayload(order=same(captured), settled=_is_settled(captured))
    context: Context = info.context
    with context.live.waiting_for(context.caller, command.order_id, SETTLING) as waiter:
        captured = await act.send(command)
        order, at_rest = await settled(context, captured, waiter, _is_settled)
    return OrderSubmitPayload(order=same(order), settled=at_rest)


def _is_settled(order: OrderView) -> bool:
    return order.sourcing is not Sourcing.PENDING


@strawberry.type
class OrderSubmitMutations:
    order_submit: OrderSubmitPayload | None = mutation(
        OrderSubmitPayload,
        order_submit,
        "Submit an order; it gets its plant and its stock before the answer, or the answer says "
        "why not.",
    )

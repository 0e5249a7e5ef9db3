"""One order, and lists of them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from hedgerow.contracts.orders import ListOrders, OrderByNumber, OrderSort, OrderView, OrderWhere
from hedgerow.errors import Invalid, PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import OrderState, Sourcing
from hedgerow_gateway.schema.fields import entered, query
from hedgerow_gateway.schema.ids import uuid_of, uuids_of
from hedgerow_gateway.schema.orders import Order
from hedgerow_gateway.schema.paging import Connection, Slice, page_of


class OneOf(Invalid):
    code = "ONE_OF"

    def __init__(self) -> None:
        super().__init__("Give exactly one of id and number.", "id 与 number 必须且只能提供一个")


class EmptyFilter(Invalid):
    code = "EMPTY_FILTER"

    def __init__(self, field: str) -> None:
        super().__init__("Name at least one value.", "至少提供一个取值", field=field)


async def order(
    info: Info,
    id: strawberry.ID | None = strawberry.UNSET,
    number: str | None = strawberry.UNSET,
) -> OrderView:
    """What the caller may not see is refused in the words for what does not exist."""
    if bool(id) == bool(number):
        raise OneOf
    if id:
        found = await info.context.load.orders.load(uuid_of("Order", id))
    else:
        found = await info.context.ask(OrderByNumber(number=number or ""))
    if found is None:
        raise PlantForbidden
    return found


@strawberry.enum(description="What orders can be listed by.")
class OrderSortField(Enum):
    PLACED_AT = "PLACED_AT"


@strawberry.enum(description="Which end comes first.")
class SortDirection(Enum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input(description="The order of a list of orders.")
class OrderOrderBy:
    field: OrderSortField = entered("字段", "Field", "What to sort by.")
    direction: SortDirection = entered("方向", "Direction", "Oldest or newest first.")


@strawberry.input(description="From one instant up to another.")
class DateTimeRange:
    gte: datetime | None = entered("起", "From", "Inclusive.", optional=True)
    lt: datetime | None = entered("止", "Before", "Exclusive.", optional=True)


@strawberry.input(description="One of several texts.")
class StringIn:
    in_: list[str] = entered("取值", "One of", "At least one.", name="in")


@strawberry.input(description="One of several ids.")
class IdIn:
    in_: list[strawberry.ID] = entered("取值", "One of", "At least one.", name="in")


@strawberry.input(description="One of several states.")
class OrderStateIn:
    in_: list[OrderState] = entered("取值", "One of", "At least one.", name="in")


@strawberry.input(description="One of several standings.")
class SourcingIn:
    in_: list[Sourcing] = entered("取值", "One of", "At least one.", name="in")


@strawberry.input(description="Which orders; all that is given must hold.")
class OrderWhereInput:
    plant: IdIn | None = entered("工厂", "Plant", "Of one of these plants.", optional=True)
    state: OrderStateIn | None = entered("状态", "State", "In one of these.", optional=True)
    sourcing: SourcingIn | None = entered("备货状态", "Sourcing", "One of these.", optional=True)
    channel: StringIn | None = entered("渠道", "Channel", "From one of these.", optional=True)
    region: StringIn | None = entered("省份", "Region", "To one of these.", optional=True)
    customer: StringIn | None = entered(
        "客户代码", "Customer", "Code of one of these.", optional=True
    )
    sku: str | None = entered("SKU", "SKU", "On one of its lines.", optional=True)
    number_prefix: str | None = entered(
        "订单号前缀", "Number prefix", "How its number begins.", optional=True
    )
    placed_at: DateTimeRange | None = entered(
        "下单时间", "Placed at", "In this period.", optional=True
    )

    def contract(self) -> OrderWhere:
        placed = self.placed_at or None
        return OrderWhere(
            plant_ids=uuids_of("Plant", _some(self.plant, "plant"), field="where.plant.in"),
            states=_some(self.state, "state"),
            sourcing=_some(self.sourcing, "sourcing"),
            channels=_some(self.channel, "channel"),
            regions=_some(self.region, "region"),
            customer_codes=_some(self.customer, "customer"),
            sku=self.sku or None,
            number_prefix=self.number_prefix or None,
            placed_from=placed.gte or None if placed else None,
            placed_before=placed.lt or None if placed else None,
        )


def _some(asked: Any, name: str) -> tuple[Any, ...]:
    """The values of a filter, () when it was left out. Raises EmptyFilter."""
    if not asked:
        return ()
    if not asked.in_:
        raise EmptyFilter(f"where.{name}.in")
    return tuple(asked.in_)


async def orders(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    where: OrderWhereInput | None = strawberry.UNSET,
    order_by: OrderOrderBy | None = strawberry.UNSET,
) -> Slice:
    ascending = bool(order_by) and order_by.direction is SortDirection.ASC  # type: ignore[union-attr]
    page = await info.context.ask(
        ListOrders(
            where=where.contract() if where else OrderWhere(),
            sort=OrderSort.PLACED_AT_ASC if ascending else OrderSort.PLACED_AT_DESC,
            page=page_of(info, first, last, after, before),
        )
    )
    for each in page.orders:
        info.context.load.orders.know(each.order_id, each)
    return Slice(page.orders, page.cursors, page.has_next, page.has_previous, page.total)


@strawberry.type
class OrderQueries:
    order: Order | None = query(
        order, "An order by id or number; PLANT_FORBIDDEN when absent or hidden."
    )
    orders: Connection[Order] | None = query(
        orders, "Orders, newest first unless asked otherwise.", paged=True
    )

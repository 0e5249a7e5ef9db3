"""orderEvents: what happens to orders, as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import Enum

import strawberry
from hedgerow.auth import Permission

from hedgerow_gateway.context import Info
from hedgerow_gateway.live import Passed
from hedgerow_gateway.schema.fields import derived, looked_up, shown
from hedgerow_gateway.schema.ids import global_id, uuid_of, uuids_of
from hedgerow_gateway.schema.orders import Order


@strawberry.enum(description="What happened to an order.")
class OrderEventKind(Enum):
    """Values are the names of the events' subjects."""

    ORDER_SUBMITTED = "order_submitted"
    ORDER_RESERVED = "order_reserved"
    ORDER_FELL_SHORT = "order_fell_short"
    ORDER_LEFT_UNROUTED = "order_left_unrouted"
    KIT_LOCK_REQUESTED = "kit_lock_requested"
    ORDER_KIT_LOCKED = "order_kit_locked"
    ORDER_KIT_REFUSED = "order_kit_refused"
    ORDER_DISPATCHED = "order_dispatched"
    ORDER_QUALITY_RELEASED = "order_quality_released"
    ORDER_DELIVERED = "order_delivered"
    ORDER_CANCELLED = "order_cancelled"


_KINDS = {kind.value: kind for kind in OrderEventKind}


@strawberry.type(description="Something that has happened to an order.")
class OrderEvent:
    kind: OrderEventKind = derived(
        lambda passed: _KINDS[passed.name], "类型", "Kind", "What happened."
    )
    order_id: strawberry.ID = derived(
        lambda passed: global_id("Order", passed.order_id), "订单标识", "Order id", "Which order."
    )
    plant_id: strawberry.ID | None = derived(
        lambda passed: passed.plant_id and global_id("Plant", passed.plant_id),
        "工厂标识",
        "Plant id",
        "Whose order it is; null until it is assigned.",
    )
    occurred_at: datetime = shown("发生时间", "Occurred at", "When it happened.")
    version: int = shown(
        "版本", "Version", "Of the order after it; a gap says that one was missed."
    )
    order: Order | None = looked_up(
        lambda load: load.orders,
        lambda passed: passed.order_id,
        "订单",
        "Order",
        "As it stands now; null when the caller may not see it.",
    )


async def order_events(
    info: Info,
    plants: list[strawberry.ID] | None = strawberry.UNSET,
    order_id: strawberry.ID | None = strawberry.UNSET,
) -> AsyncGenerator[Passed, None]:
    """Events that the caller may see, each with loaders of its own. Ends with NotPermitted when
    they may read no order anywhere any more."""
    context = info.context
    tenant_id = context.caller.tenant_id
    context.caller.grant_somewhere(Permission.ORDER_READ)
    wanted_plants = frozenset(uuids_of("Plant", plants or (), field="plants"))
    wanted_order = uuid_of("Order", order_id, field="orderId") if order_id else None

    def wanted(passed: Passed) -> bool:
        return (
            passed.tenant_id == tenant_id
            and passed.name in _KINDS
            and (not wanted_plants or passed.plant_id in wanted_plants)
            and (wanted_order is None or passed.order_id == wanted_order)
        )

    async for passed in context.live.feed(wanted):
        await context.follow()  # rights come and go while this runs
        context.caller.grant_somewhere(Permission.ORDER_READ)
        if passed.visible_to(context.caller):
            context.renew()
            yield passed

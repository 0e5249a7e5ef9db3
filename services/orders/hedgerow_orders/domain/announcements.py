"""Events with more to tell than what has happened: built from the order they tell of."""

from __future__ import annotations

from hedgerow.contracts.orders import (
    DeliveredLine,
    KitLockRequested,
    OrderDelivered,
    OrderDispatched,
    OrderEvent,
    OrderLineView,
    OrderQualityReleased,
    OrderStep,
    OrderSubmitted,
    OrderView,
)
from hedgerow.contracts.values import Line, PlantId


def submitted(view: OrderView) -> OrderSubmitted:
    return OrderSubmitted(
        order_id=view.order_id,
        number=view.number,
        occurred_at=view.updated_at,
        type=view.type,
        channel=view.channel,
        customer_code=view.customer.code,
        region=view.ship_to.region,
        point=view.ship_to_wgs84,
        given=view.ship_to.point,
        lines=_lines(view),
        placed_at=view.placed_at,
        priority=view.priority,
        customer_grade=view.customer_grade,
        attributes=view.attributes,
        custom=any(line.custom for line in view.lines),
    )


def stepped(step: OrderStep, view: OrderView, plant_id: PlantId) -> OrderEvent:
    """What the taking of `step` announces; `view` is the order after it."""
    order_id, number, at = view.order_id, view.number, view.updated_at
    match step:
        case OrderStep.LOCK_KIT:
            return KitLockRequested(
                order_id=order_id,
                number=number,
                occurred_at=at,
                plant_id=plant_id,
                lines=_lines(view),
            )
        case OrderStep.DISPATCH:
            return OrderDispatched(
                order_id=order_id, number=number, occurred_at=at, plant_id=plant_id
            )
        case OrderStep.RELEASE_QUALITY:
            return OrderQualityReleased(
                order_id=order_id, number=number, occurred_at=at, plant_id=plant_id
            )
        case OrderStep.SIGN:
            return OrderDelivered(
                order_id=order_id,
                number=number,
                occurred_at=at,
                plant_id=plant_id,
                customer=view.customer,
                lines=tuple(_delivered(line) for line in view.lines),
                delivered_at=at,
                signer=view.signer,
            )


def _lines(view: OrderView) -> tuple[Line, ...]:
    return tuple(Line(line.line_no, line.sku, line.quantity) for line in view.lines)


def _delivered(line: OrderLineView) -> DeliveredLine:
    return DeliveredLine(
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        custom=line.custom,
    )

"""orderCancel and orderTransition."""

from __future__ import annotations

import strawberry
from hedgerow.auth import Presence
from hedgerow.contracts.orders import AdvanceOrder, CancelOrder, OrderView
from hedgerow.errors import Conflict, PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import CRITICAL, REQUIRES_PRESENCE
from hedgerow_gateway.schema.enums import OrderState, OrderStep, PresenceAct
from hedgerow_gateway.schema.errors import Refusals, UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.orders import Order
from hedgerow_gateway.schema.presence import (
    PRESENCE_CODES,
    PositionInput,
    attested,
    position_entered,
)
from hedgerow_gateway.schema.settling import settled
from hedgerow_gateway.schema.values import BasisInput

KIT_ANSWERED = frozenset({"order_kit_locked", "order_kit_refused"})


class KitIncomplete(Conflict):
    code = "KIT_INCOMPLETE"

    def __init__(self) -> None:
        super().__init__(
            "The kit is not complete; the order's shortages say what is missing.",
            "物料不齐套，详见订单缺料明细",
            field="step",
        )


@strawberry.input(description="Cancels an order.")
class OrderCancelInput:
    order_id: strawberry.ID = entered("订单", "Order", "Not in production yet.")
    basis: BasisInput = entered("依据", "Basis", "Why.")
    expected_version: int | None = entered(
        "期望版本", "Expected version", "Refused when the order has changed since.", optional=True
    )


@strawberry.type(description="What became of orderCancel.")
class OrderCancelPayload:
    order: Order | None = member("订单", "Order", "As it stands now.")
    user_errors: list[UserError] = user_errors(
        "OrderCancel",
        {
            "BASIS_REQUIRED": "The basis lacks its type or its reference.",
            "KIT_LOCK_PENDING": "A kit lock is under way; try again in a moment.",
            "NOT_CANCELLABLE": "It is too late to cancel.",
            "STALE_VERSION": "The order has changed since.",
        },
    )


@strawberry.input(description="Moves an order on.")
class OrderTransitionInput:
    order_id: strawberry.ID = entered("订单", "Order", "The order.")
    step: OrderStep = entered("步骤", "Step", "What is to be done.")
    signer: str | None = entered("签收人", "Signer", "Who signed; SIGN needs it.", optional=True)
    expected_version: int | None = entered(
        "期望版本", "Expected version", "Refused when the order has changed since.", optional=True
    )
    position: PositionInput | None = position_entered()


@strawberry.type(description="What became of orderTransition.")
class OrderTransitionPayload:
    order: Order | None = member(
        "订单", "Order", "As it stands now; its shortages when the kit is not complete."
    )
    user_errors: list[UserError] = user_errors(
        "OrderTransition",
        {
            **PRESENCE_CODES,
            "GUARD_FAILED": "A condition of the step does not hold.",
            "KIT_INCOMPLETE": "Stock is missing for the kit; the state has not changed.",
            "KIT_LOCK_PENDING": "A kit lock is under way; try again in a moment.",
            "SIGNER_REQUIRED": "SIGN needs a signer.",
            "STALE_VERSION": "The order has changed since.",
            "STEP_OUT_OF_ORDER": "The step does not follow the order's state.",
        },
    )


async def order_cancel(info: Info, input: OrderCancelInput) -> OrderCancelPayload:
    command = CancelOrder(
        order_id=uuid_of("Order", input.order_id, field="order_id"),
        basis=input.basis.contract(),
        expected_version=input.expected_version or None,
    )
    return OrderCancelPayload(order=same(await Act.of(info).send(command)))


async def order_transition(info: Info, input: OrderTransitionInput) -> OrderTransitionPayload:
    command = AdvanceOrder(
        order_id=uuid_of("Order", input.order_id, field="order_id"),
        step=input.step,
        signer=input.signer or "",
        expected_version=input.expected_version or None,
    )
    act, context = Act.of(info), info.context
    presence = await _present(act, command, input.position or None)
    if input.step is not OrderStep.LOCK_KIT:
        return OrderTransitionPayload(order=same(await act.send(command, presence=presence)))
    with context.live.waiting_for(context.caller, command.order_id, KIT_ANSWERED) as waiter:
        order = await act.send(command, presence=presence)
        order, _ = await settled(context, order, waiter, _kit_answered)
    errors = []
    if _kit_answered(order) and order.state is OrderState.PENDING_REVIEW:
        errors = [Refusals(OrderTransitionPayload).complaint(KitIncomplete(), context)]
    return OrderTransitionPayload(order=same(order), user_errors=same(errors))


async def _present(
    act: Act, command: AdvanceOrder, position: PositionInput | None
) -> Presence | None:
    """At the order's plant. Raises Refused."""
    if position is None:
        return None
    order = await act.context.load.orders.load(command.order_id)
    if order is None:
        raise PlantForbidden(field="order_id")
    act.context.load.orders.forget(command.order_id)  # it is about to change
    what = PresenceAct(f"ORDER_{command.step}")
    return await attested(act, order.plant_id, what, position, named="order_id")


def _kit_answered(order: OrderView) -> bool:
    return not order.kit_lock_pending


@strawberry.type
class OrderStepMutations:
    order_cancel: OrderCancelPayload | None = mutation(
        OrderCancelPayload,
        order_cancel,
        "Cancel an order; needs a basis.",
        directives=[CRITICAL],
    )
    order_transition: OrderTransitionPayload | None = mutation(
        OrderTransitionPayload,
        order_transition,
        "Move an order on to its next state.",
        directives=[REQUIRES_PRESENCE],
    )

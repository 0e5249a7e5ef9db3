"""returnRequest, returnDecide, returnReceive, returnInspect."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from hedgerow.contracts import rma as contract
from hedgerow.contracts.rma import DecideReturn, InspectReturn, ReceiveReturn, RequestReturn
from hedgerow.contracts.values import PlantId, RmaId
from hedgerow.errors import Conflict, PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import CRITICAL, REQUIRES_PRESENCE
from hedgerow_gateway.schema.enums import Disposition, Milestone, PresenceAct
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.presence import (
    PRESENCE_CODES,
    PositionInput,
    attested,
    position_entered,
)
from hedgerow_gateway.schema.returns import ReturnLineInput, Rma
from hedgerow_gateway.schema.stock_mutations import plant_and_location
from hedgerow_gateway.schema.values import BasisInput

_RENAMED = {"rma_id": "returnId"}
_BASIS = {"BASIS_REQUIRED": "The basis lacks its type or its reference."}
_CODES = {
    "RMA_WRONG_STATE": "The return is not in the state that this needs.",
}


class NotDelivered(Conflict):
    code = "NOT_DELIVERED"

    def __init__(self) -> None:
        super().__init__(
            "The order has not been delivered yet; there is nothing to return.",
            "订单尚未签收，不能申请退货",
            field="order_id",
        )


@strawberry.input(description="A request to return goods.")
class ReturnRequestInput:
    order_id: strawberry.ID = entered("订单", "Order", "Delivered.")
    lines: list[ReturnLineInput] = entered("明细", "Lines", "What comes back.")
    reason: str = entered("退货原因", "Reason", "The customer's words.")
    basis: BasisInput = entered("依据", "Basis", "What it is granted on.")


@strawberry.type(description="What became of returnRequest.")
class ReturnRequestPayload:
    return_: Rma | None = member(
        "退货单", "Return", "Approved, rejected or in review; see why.", name="return"
    )
    user_errors: list[UserError] = user_errors(
        "ReturnRequest",
        {
            **_BASIS,
            "NOT_DELIVERED": "The order has not been delivered yet.",
            "QUANTITY_INVALID": "A quantity is not above 0, too large or too fine.",
            "RETURN_LINES_MISSING": "There are no lines.",
            "RETURN_LINE_REPEATED": "A line is named twice.",
            "RETURN_LINE_UNKNOWN": "The order has no such line.",
            "RETURN_QUANTITY_EXCEEDED": "More than was delivered and not yet returned.",
            "RMA_EXISTS": "The return is there already.",
        },
    )


async def return_request(info: Info, input: ReturnRequestInput) -> ReturnRequestPayload:
    act = Act.of(info)
    order_id = uuid_of("Order", input.order_id, field="order_id")
    order = await info.context.load.orders.load(order_id)
    if order is None:
        raise PlantForbidden(field="order_id")
    if Milestone.DELIVERED not in order.milestones:
        raise NotDelivered
    command = RequestReturn(
        rma_id=act.new_id(),
        order_id=order_id,
        lines=tuple(line.contract() for line in input.lines),
        reason=input.reason,
        basis=input.basis.contract(),
    )
    return ReturnRequestPayload(return_=same(await act.send(command)))


@strawberry.input(description="A person's decision on a return in review.")
class ReturnDecideInput:
    return_id: strawberry.ID = entered("退货单", "Return", "In review.")
    approve: bool = entered("批准", "Approve", "Whether the goods may come back.")
    note: str = entered("审批意见", "Note", "Why.")
    basis: BasisInput = entered("依据", "Basis", "What the decision rests on.")


@strawberry.type(description="What became of returnDecide.")
class ReturnDecidePayload:
    return_: Rma | None = member("退货单", "Return", "As it stands now.", name="return")
    user_errors: list[UserError] = user_errors("ReturnDecide", {**_CODES, **_BASIS}, _RENAMED)


async def return_decide(info: Info, input: ReturnDecideInput) -> ReturnDecidePayload:
    command = DecideReturn(
        rma_id=uuid_of("Rma", input.return_id, field="rma_id"),
        approve=input.approve,
        note=input.note,
        basis=input.basis.contract(),
    )
    return ReturnDecidePayload(return_=same(await Act.of(info).send(command)))


@strawberry.input(description="The parcel of a return has arrived.")
class ReturnReceiveInput:
    return_id: strawberry.ID = entered("退货单", "Return", "Approved.")
    location_id: strawberry.ID = entered("库位", "Location", "Where it is now.")
    position: PositionInput | None = position_entered()


@strawberry.type(description="What became of returnReceive.")
class ReturnReceivePayload:
    return_: Rma | None = member("退货单", "Return", "As it stands now.", name="return")
    user_errors: list[UserError] = user_errors(
        "ReturnReceive",
        {**_CODES, **PRESENCE_CODES},
        {**_RENAMED, "location_plant_id": "locationId"},
    )


async def return_receive(info: Info, input: ReturnReceiveInput) -> ReturnReceivePayload:
    location = await plant_and_location(info, input.location_id)
    command = ReceiveReturn(
        rma_id=uuid_of("Rma", input.return_id, field="rma_id"),
        location_id=location.location_id,
        location_plant_id=location.plant_id,
    )
    act = Act.of(info)
    presence = await attested(
        act, location.plant_id, PresenceAct.RETURN_RECEIVE, input.position, named="location_id"
    )
    return ReturnReceivePayload(return_=same(await act.send(command, presence=presence)))


@strawberry.input(description="Part of a line with one fate.")
class InspectedLineInput:
    line_no: int = entered("行号", "Line", "Of the order.")
    quantity: Decimal = entered("数量", "Quantity", "With this fate.")
    disposition: Disposition = entered("处置", "Disposition", "Its fate.")


@strawberry.input(description="What an inspection found.")
class ReturnInspectInput:
    return_id: strawberry.ID = entered("退货单", "Return", "Received.")
    accept: bool = entered("验收通过", "Accept", "Whether the goods meet the conditions.")
    lines: list[InspectedLineInput] = entered(
        "明细", "Lines", "Together exactly what was to come back, missing units included."
    )
    position: PositionInput | None = position_entered()


@strawberry.type(description="What became of returnInspect.")
class ReturnInspectPayload:
    return_: Rma | None = member("退货单", "Return", "As it stands now.", name="return")
    user_errors: list[UserError] = user_errors(
        "ReturnInspect",
        {
            **_CODES,
            **PRESENCE_CODES,
            "INSPECTION_INCOMPLETE": "The lines do not add up to what was to come back.",
            "INSPECTION_LINES_NOT_ALLOWED": "Refused goods have no lines.",
            "QUANTITY_INVALID": "A quantity is not above 0, too large or too fine.",
        },
        _RENAMED,
    )


async def return_inspect(info: Info, input: ReturnInspectInput) -> ReturnInspectPayload:
    command = InspectReturn(
        rma_id=uuid_of("Rma", input.return_id, field="rma_id"),
        accept=input.accept,
        lines=tuple(
            contract.InspectedLine(line.line_no, line.quantity, line.disposition)
            for line in input.lines
        ),
    )
    act = Act.of(info)
    presence = None
    if input.position:
        plant_id = await _plant_of_the_goods(info, command.rma_id)
        what = PresenceAct.RETURN_INSPECT
        presence = await attested(act, plant_id, what, input.position, named="rma_id")
    return ReturnInspectPayload(return_=same(await act.send(command, presence=presence)))


async def _plant_of_the_goods(info: Info, rma_id: RmaId) -> PlantId:
    """Where the return is; the order's plant while it is nowhere. Raises PlantForbidden."""
    load = info.context.load
    rma = await load.rmas.load(rma_id)
    if rma is None:
        raise PlantForbidden(field="rma_id")
    at = await load.locations.load(rma.location_id) if rma.location_id else None
    return at.plant_id if at else rma.plant_id


@strawberry.type
class ReturnMutations:
    return_request: ReturnRequestPayload | None = mutation(
        ReturnRequestPayload,
        return_request,
        "Ask to return goods; eligibility is decided at once.",
        directives=[CRITICAL],
    )
    return_decide: ReturnDecidePayload | None = mutation(
        ReturnDecidePayload,
        return_decide,
        "Decide on a return in review.",
        directives=[CRITICAL],
    )
    return_receive: ReturnReceivePayload | None = mutation(
        ReturnReceivePayload,
        return_receive,
        "Book the parcel of a return in.",
        directives=[REQUIRES_PRESENCE],
    )
    return_inspect: ReturnInspectPayload | None = mutation(
        ReturnInspectPayload,
        return_inspect,
        "Record what an inspection found.",
        directives=[REQUIRES_PRESENCE],
    )

"""Returns: what they are, lists of them, and whether one would be granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
from hedgerow.contracts import rma as contract
from hedgerow.contracts.rma import CheckEligibility, EligibilityView, ListRmas, RmaView, RmaWhere

from hedgerow_gateway.context import Context, Info
from hedgerow_gateway.schema.enums import Disposition, EligibilityCode, RmaState
from hedgerow_gateway.schema.fields import derived, entered, looked_up, query, shown, told
from hedgerow_gateway.schema.finding import to_location, to_plant
from hedgerow_gateway.schema.ids import uuid_of, uuids_of
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.plants import Location, Plant

if TYPE_CHECKING:
    from hedgerow_gateway.schema.orders import Order


@dataclass(frozen=True, slots=True)
class ReasonIn:
    """A reason, to be said in a language."""

    reason: contract.EligibilityReason
    language: str


def _reasons(of: RmaView | EligibilityView, context: Context) -> list[ReasonIn]:
    return [ReasonIn(reason, context.language) for reason in of.reasons]


@strawberry.type(description="One test of the eligibility of a return.")
class EligibilityReason:
    code: EligibilityCode = derived(lambda it: it.reason.code, "判定", "Test", "What was tested.")
    passed: bool = derived(lambda it: it.reason.passed, "通过", "Passed", "Whether it holds.")
    line_no: int | None = derived(
        lambda it: it.reason.line_no, "行号", "Line", "Null when it is about the whole order."
    )
    message: str = derived(
        lambda it: it.reason.en if it.language == "en" else it.reason.zh,
        "说明",
        "Message",
        "In words, in the language asked for.",
    )


@strawberry.type(description="Whether a return would be granted, and why.")
class Eligibility:
    outcome: RmaState = shown("结果", "Outcome", "APPROVED, REVIEW or REJECTED.")
    reasons: list[EligibilityReason] = told(_reasons, "依据", "Reasons", "Every test.", entries=3)


@strawberry.type(description="A line of a return.")
class RmaLine:
    line_no: int = shown("行号", "Line", "Of the order.")
    sku: str = shown("SKU", "SKU", "Code of the article.")
    name: str = shown("品名", "Name", "Of the article.")
    unit: str = shown("单位", "Unit", "Of the quantity.")
    quantity: Decimal = shown("数量", "Quantity", "That comes back.")
    custom: bool = shown("定制", "Custom", "Made for the customer.")


@strawberry.type(description="Part of a line with one fate.")
class Inspected:
    line_no: int = shown("行号", "Line", "Of the order.")
    quantity: Decimal = shown("数量", "Quantity", "With this fate.")
    disposition: Disposition = shown("处置", "Disposition", "Its fate.")


@published(RmaView, "A return.")
class Rma(Node):
    number: str = shown("退货单号", "Number", "Unique in the company.")
    state: RmaState = shown("状态", "State", "Where it stands.")
    reason: str = shown("退货原因", "Reason", "The customer's words.")
    reasons: list[EligibilityReason] = told(
        _reasons, "资格判定", "Eligibility", "Every test, as it came out.", entries=3
    )
    lines: list[RmaLine] = shown("明细", "Lines", "What comes back.")
    inspected: list[Inspected] = shown("检验结果", "Inspected", "Empty until it was inspected.")
    order_number: str = shown("订单号", "Order number", "Of its order.")
    order: Annotated[Order, strawberry.lazy("hedgerow_gateway.schema.orders")] | None = looked_up(
        lambda load: load.orders, lambda rma: rma.order_id, "订单", "Order", "Its order."
    )
    plant: Plant | None = to_plant("工厂", "Plant", "The order's plant.")
    location: Location | None = to_location(
        "收货库位", "Location", "Where it came back to; null before."
    )
    decision_note: str = shown("审批意见", "Decision note", "Of the person who decided.")
    requested_by: str = shown("申请人", "Requested by", "Who asked for it.")
    requested_at: datetime = shown("申请时间", "Requested at", "When it was asked for.")
    updated_at: datetime = shown("更新时间", "Updated at", "Its last change.")
    version: int = shown("版本", "Version", "Each change adds one.")


@strawberry.input(description="Which returns; all that is given must hold.")
class RmaWhereInput:
    plant_ids: list[strawberry.ID] | None = entered(
        "工厂", "Plants", "Of orders of these plants.", optional=True
    )
    states: list[RmaState] | None = entered("状态", "States", "In one of these.", optional=True)
    order_id: strawberry.ID | None = entered("订单", "Order", "Of this order.", optional=True)

    def contract(self) -> RmaWhere:
        order = self.order_id or None
        return RmaWhere(
            plant_ids=uuids_of("Plant", self.plant_ids or (), field="where.plantIds"),
            states=tuple(self.states or ()),
            order_id=uuid_of("Order", order, field="where.orderId") if order else None,
        )


@strawberry.input(description="A quantity of an order's line.")
class ReturnLineInput:
    line_no: int = entered("行号", "Line", "Of the order.")
    quantity: Decimal = entered("数量", "Quantity", "Above 0.")

    def contract(self) -> contract.ReturnLine:
        return contract.ReturnLine(self.line_no, self.quantity)


async def rma(info: Info, id: strawberry.ID) -> RmaView | None:
    return await info.context.load.rmas.load(uuid_of("Rma", id))


async def rmas(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    where: RmaWhereInput | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(
        ListRmas(
            where=where.contract() if where else RmaWhere(),
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.rmas, page.cursors, page.has_next, page.has_previous, page.total)


async def return_eligibility(
    info: Info, order_id: strawberry.ID, lines: list[ReturnLineInput]
) -> EligibilityView:
    return await info.context.ask(
        CheckEligibility(
            order_id=uuid_of("Order", order_id, field="orderId"),
            lines=tuple(line.contract() for line in lines),
        )
    )


@strawberry.type
class ReturnQueries:
    returns: Connection[Rma] | None = query(rmas, "Returns, newest first.", paged=True)
    return_: Rma | None = query(rma, "A return by id.", name="return")
    return_eligibility: Eligibility | None = query(
        return_eligibility, "What returnRequest would answer now."
    )

"""ruleTrace: which rules made something what it is, who answers for them, what else they touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry
from hedgerow.contracts.rma import RmaView
from hedgerow.contracts.routing import DecisionView, RuleTraceView, TraceRules
from hedgerow.contracts.values import OrderId
from hedgerow.errors import PlantForbidden

from hedgerow_gateway.context import Context, Info
from hedgerow_gateway.schema.decisions import RoutingDecision
from hedgerow_gateway.schema.fields import derived, looked_up, query, shown, told
from hedgerow_gateway.schema.ids import BadId, split_id
from hedgerow_gateway.schema.node import load_node
from hedgerow_gateway.schema.orders import Order, Reservation
from hedgerow_gateway.schema.returns import EligibilityReason, ReasonIn, Rma


@strawberry.type(description="A rule that took part, and who has answered for it.")
class RuleUse:
    kind: str = shown("类型", "Kind", "OVERFLOW_RULE, FENCE or ROUTING_LIMITS.")
    code: str = shown("规则代码", "Code", "Of the rule.")
    name: str = shown("名称", "Name", "What people call it.")
    version: int = shown("版本", "Version", "The one that fired.")
    published_by: str = shown("发布人", "Published by", "Who put that version in force.")
    published_at: datetime = shown("发布时间", "Published at", "When they did.")
    latest_version: int = shown("最新版本", "Latest version", "In force now.")
    latest_by: str = shown("最近修改人", "Latest by", "Who changed it last.")
    latest_at: datetime = shown("最近修改时间", "Latest at", "When they did.")
    decisions: int = shown(
        "影响的决策数", "Decisions", "That this version took part in, at most 1000."
    )


@dataclass(frozen=True, slots=True)
class Traced:
    """rma  the return that was asked about; view: None while its order has no decision"""

    order_id: OrderId
    view: RuleTraceView | None
    rma: RmaView | None


def _eligibility(traced: Traced, context: Context) -> list[ReasonIn]:
    reasons = traced.rma.reasons if traced.rma else ()
    return [ReasonIn(reason, context.language) for reason in reasons]


@strawberry.type(description="Which rules made something what it is, and what else they touched.")
class RuleTrace:
    decided_at: datetime | None = derived(
        lambda it: it.view and it.view.decided_at, "决策时间", "Decided at", "Null before that."
    )
    rules: list[RuleUse] = derived(
        lambda it: it.view.rules if it.view else (), "规则", "Rules", "Those that took part."
    )
    eligibility: list[EligibilityReason] = told(
        _eligibility, "资格判定", "Eligibility", "Tests of the return; else empty.", entries=3
    )
    order: Order | None = looked_up(
        lambda load: load.orders, lambda it: it.order_id, "订单", "Order", "The order."
    )
    decision: RoutingDecision | None = looked_up(
        lambda load: load.decisions,
        lambda it: it.view and it.view.decision_id,
        "路由决策",
        "Decision",
        "Of the order.",
    )
    reservations: list[Reservation] | None = looked_up(
        lambda load: load.reservations,
        lambda it: it.order_id,
        "预留",
        "Reservations",
        "Stock that was promised to the order.",
    )
    returns: list[Annotated[Rma, strawberry.lazy("hedgerow_gateway.schema.returns")]] | None = (
        looked_up(
            lambda load: load.rmas_of_orders,
            lambda it: it.order_id,
            "退货单",
            "Returns",
            "Of the order, oldest first.",
            entries=1,
        )
    )
    siblings: list[Order | None] | None = looked_up(
        lambda load: load.order_lists,
        lambda it: it.view and it.view.siblings,
        "同规则订单",
        "Siblings",
        "The newest other orders that the same overflow rule decided, at most 20.",
        entries=20,
    )


async def rule_trace(info: Info, entity_id: strawberry.ID) -> Traced:
    """Of an order, of a routing decision, or of a return."""
    context = info.context
    kind, _ = split_id(entity_id, field="entityId")
    if kind not in ("Order", "RoutingDecision", "Rma"):
        raise BadId("", field="entityId")
    found: Any = await load_node(context.load, entity_id, field="entityId")
    if found is None:
        raise PlantForbidden(field="entityId")
    order_id: OrderId = found.order_id
    (view,) = await context.ask(TraceRules(order_ids=(order_id,)))
    if isinstance(found, DecisionView) and view and view.decision_id != found.decision_id:
        view = None  # the order was decided again since
    return Traced(order_id, view, found if isinstance(found, RmaView) else None)


@strawberry.type
class RuleTraceQueries:
    rule_trace: RuleTrace | None = query(
        rule_trace, "Which rules made an order, a routing decision or a return what it is."
    )

"""The routing decision: everything it saw, and later what the stock said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from hedgerow.contracts.inventory import Placement
from hedgerow.contracts.orders import OrderSubmitted
from hedgerow.contracts.routing import (
    AssignmentView,
    Candidate,
    DecisionResult,
    DecisionView,
    OrderRouted,
    OrderUnroutable,
    RuleTrace,
    SafetyTest,
    UnroutableReason,
)
from hedgerow.contracts.values import DecisionId, PlantId
from msgspec.structs import replace

from .assignment import CoveringArea, as_seen_by, assign
from .network import Network
from .overflow import chain_of, match
from .snapshot import Snapshot


def decide(
    order: OrderSubmitted | Snapshot,
    areas: Sequence[CoveringArea],
    network: Network,
    *,
    decision_id: DecisionId,
    at: datetime,
) -> DecisionView:
    """Plant, rule and chain for an order, or why there are none."""
    assignment = assign(order.point, areas, network)
    rules: tuple[RuleTrace, ...] = ()
    chain: tuple[Candidate, ...] = ()
    safety_test: SafetyTest | None = None
    if assignment.plant_id is not None:
        rule, rules = match(network.rules, order.region, order.channel)
        chain, safety_test = chain_of(rule, assignment.plant_id, network)
        if not chain:
            assignment = _nowhere(assignment)
    return DecisionView(
        decision_id=decision_id,
        order_id=order.order_id,
        order_number=order.number,
        channel=order.channel,
        region=order.region,
        lines=order.lines,
        assignment=assignment,
        rules=rules,
        chain=chain,
        safety_test=safety_test if chain else None,
        result=DecisionResult.PENDING if chain else DecisionResult.UNROUTABLE,
        seen=(),
        decided_at=at,
        settled_at=None if chain else at,
        release=network.release,
    )


def _nowhere(assignment: AssignmentView) -> AssignmentView:
    """The plant was found and has no location: its trace still says which it was."""
    return replace(assignment, plant_id=None, unroutable=UnroutableReason.NO_LOCATION)


def announcement(decision: DecisionView) -> OrderRouted | OrderUnroutable:
    plant_id = decision.assignment.plant_id
    if plant_id is None or decision.safety_test is None:
        return OrderUnroutable(
            decision_id=decision.decision_id,
            order_id=decision.order_id,
            reason=decision.assignment.unroutable or UnroutableReason.NO_LOCATION,
        )
    return OrderRouted(
        decision_id=decision.decision_id,
        order_id=decision.order_id,
        plant_id=plant_id,
        chain=decision.chain,
        safety_test=decision.safety_test,
        lines=decision.lines,
    )


def result_of(chain: Sequence[Candidate], plan: Iterable[Placement]) -> DecisionResult:
    """ASSIGNED when every line was placed at the first candidate, OVERFLOWED when one was not."""
    first = chain[0].location_id
    if all(placed.location_id == first for placed in plan):
        return DecisionResult.ASSIGNED
    return DecisionResult.OVERFLOWED


def as_read_by(decision: DecisionView, may_see: Callable[[PlantId], bool]) -> DecisionView:
    """Without areas, distances and stock figures of plants that may not be seen. The names of
    the locations in the chain are no secret inside a tenant."""
    hidden = {each.location_id for each in decision.chain if not may_see(each.plant_id)}
    return replace(
        decision,
        assignment=as_seen_by(decision.assignment, may_see),
        seen=tuple(each for each in decision.seen if each.location_id not in hidden),
    )

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
    UnroutableReason,
)
from hedgerow.contracts.values import DecisionId, PlantId
from msgspec.structs import replace

from .assignment import CoveringArea, as_seen_by, assign
from .facts import facts_of
from .network import Network, Rule
from .overflow import Chain, chain_of, match
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
    rule: Rule | None = None
    rules: tuple[RuleTrace, ...] = ()
    found: Chain | None = None
    if assignment.plant_id is not None:
        plant = network.plants[assignment.plant_id]
        rule, rules = match(network.rules, facts_of(order, plant))
        found = chain_of(rule, plant.plant_id, network, order.point)
        if not found.candidates:
            assignment = _nowhere(assignment, found)
    chain = found.candidates if found else ()
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
        safety_test=found.safety_test if found and chain else None,
        result=DecisionResult.PENDING if chain else DecisionResult.UNROUTABLE,
        seen=(),
        decided_at=at,
        settled_at=None if chain else at,
        left_out=found.left_out if found else (),
        max_locations=rule.max_locations if rule else None,
        sla_hours=rule.sla_hours if rule else None,
        release=network.release,
    )


def _nowhere(assignment: AssignmentView, found: Chain) -> AssignmentView:
    """The plant was found and has no location, or all that its rule names are too far: the trace
    still says which plant it was."""
    reason = UnroutableReason.OUT_OF_RANGE if found.left_out else UnroutableReason.NO_LOCATION
    return replace(assignment, plant_id=None, unroutable=reason)


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
        max_locations=decision.max_locations,
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
        left_out=tuple(each for each in decision.left_out if may_see(each.plant_id)),
        seen=tuple(each for each in decision.seen if each.location_id not in hidden),
    )

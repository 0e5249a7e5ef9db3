"""The schema put together: Query, Mutation, Subscription."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping

import strawberry
from graphql import GraphQLDirective
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from hedgerow_gateway.execution.wiring import wire
from hedgerow_gateway.schema.access import AccessQueries
from hedgerow_gateway.schema.act import IDEMPOTENT
from hedgerow_gateway.schema.areas import AreaMutations, AreaQueries
from hedgerow_gateway.schema.coverage import CoverageQueries
from hedgerow_gateway.schema.decisions import DecisionQueries
from hedgerow_gateway.schema.divisions import DivisionMutations, DivisionQueries
from hedgerow_gateway.schema.evidence import EvidenceQueries
from hedgerow_gateway.schema.fences import FenceMutations, FenceQueries
from hedgerow_gateway.schema.fields import stream
from hedgerow_gateway.schema.memberships import MembershipQueries
from hedgerow_gateway.schema.node import NodeQueries
from hedgerow_gateway.schema.order_events import OrderEvent, order_events
from hedgerow_gateway.schema.order_queries import OrderQueries
from hedgerow_gateway.schema.order_steps import OrderStepMutations
from hedgerow_gateway.schema.order_submit import OrderSubmitMutations
from hedgerow_gateway.schema.overflow_events import OverflowEvent, overflow_events
from hedgerow_gateway.schema.plant_mutations import PlantMutations
from hedgerow_gateway.schema.plants import PlantQueries
from hedgerow_gateway.schema.presence import PresenceMutations, PresenceQueries
from hedgerow_gateway.schema.release_mutations import ReleaseMutations
from hedgerow_gateway.schema.release_rollback import ReleaseRollbackMutations
from hedgerow_gateway.schema.releases import ReleaseQueries
from hedgerow_gateway.schema.return_mutations import ReturnMutations
from hedgerow_gateway.schema.returns import ReturnQueries
from hedgerow_gateway.schema.role_mutations import RoleMutations
from hedgerow_gateway.schema.routing_rules import RoutingRuleMutations, RoutingRuleQueries
from hedgerow_gateway.schema.rule_trace import RuleTraceQueries
from hedgerow_gateway.schema.scalars import SCALARS
from hedgerow_gateway.schema.simulations import (
    Simulation,
    SimulationQueries,
    simulation_progress,
)
from hedgerow_gateway.schema.sku_mutations import SkuMutations
from hedgerow_gateway.schema.stock_mutations import StockMutations
from hedgerow_gateway.schema.stock_queries import StockQueries
from hedgerow_gateway.schema.viewer import ViewerQueries


@strawberry.type(description="Questions. Lists take exactly one of first and last, 1 to 100.")
class Query(
    ViewerQueries,
    NodeQueries,
    PlantQueries,
    RoutingRuleQueries,
    DecisionQueries,
    PresenceQueries,
    OrderQueries,
    StockQueries,
    ReturnQueries,
    AreaQueries,
    MembershipQueries,
    AccessQueries,
    EvidenceQueries,
    RuleTraceQueries,
    FenceQueries,
    DivisionQueries,
    ReleaseQueries,
    SimulationQueries,
    CoverageQueries,
):
    pass


@strawberry.type(description="Changes. @idempotent(key:) makes one safe to repeat.")
class Mutation(
    PlantMutations,
    FenceMutations,
    RoutingRuleMutations,
    SkuMutations,
    StockMutations,
    OrderSubmitMutations,
    OrderStepMutations,
    ReturnMutations,
    AreaMutations,
    RoleMutations,
    PresenceMutations,
    DivisionMutations,
    ReleaseMutations,
    ReleaseRollbackMutations,
):
    pass


@strawberry.type(description="What happens, as it happens.")
class Subscription:
    order_events: AsyncGenerator[OrderEvent, None] = stream(
        order_events,
        "What happens to orders that the caller may see; at these plants, to this one.",
    )
    overflow_events: AsyncGenerator[OverflowEvent, None] = stream(
        overflow_events,
        "Locations that trip and clear, of plants whose stock the caller may read; of these plants.",
    )
    simulation_progress: AsyncGenerator[Simulation, None] = stream(
        simulation_progress, "A simulation as it stands, whenever it came further, to its end."
    )


class GatewaySchema(strawberry.Schema):
    """With @idempotent as graphql-core knows it: a directive registered with Strawberry would
    bring an asynchronous hook to every field of every operation."""

    def _collect_graphql_directives(
        self, schema_directive_types: Iterable[type]
    ) -> tuple[GraphQLDirective, ...]:
        return (*super()._collect_graphql_directives(schema_directive_types), IDEMPOTENT)


def build_schema(
    query: type = Query, scalars: Mapping[object, ScalarDefinition] = SCALARS
) -> GatewaySchema:
    schema = GatewaySchema(
        query=query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=dict(scalars), disable_field_suggestions=True),
    )
    wire(schema._schema)
    return schema

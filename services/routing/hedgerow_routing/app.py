"""The routing service: what it answers, what it listens to."""

from pathlib import Path

from hedgerow.access import on_access_changed, on_presence_policy_published
from hedgerow.contracts.inventory import StockReserved, StockShort
from hedgerow.contracts.orders import OrderCancelled, OrderSubmitted
from hedgerow.contracts.routing import (
    AccessChanged,
    CheckPresence,
    CreateLocation,
    CreatePlant,
    DecisionsByIds,
    DecisionsByOrders,
    FencesByPlants,
    GetRoutingLimits,
    ListLocations,
    ListOverflowRules,
    ListPlants,
    ListRoutingEvidence,
    LocatePoint,
    LocationsByIds,
    PlantsByIds,
    PresencePolicyPublished,
    PublishFence,
    PublishOverflowRule,
    SetRoutingLimits,
    VerifyRoutingEvidence,
)
from hedgerow.evidence.listing import evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service

from hedgerow_routing.handlers.create_location import create_location
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.handlers.on_order_cancelled import on_order_cancelled
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.tables import evidence, messages, metadata
from hedgerow_routing.views.decisions import decisions_by_ids, decisions_by_orders
from hedgerow_routing.views.evidence import SOURCES
from hedgerow_routing.views.fences import check_presence, fences_by_plants
from hedgerow_routing.views.plants import (
    list_locations,
    list_plants,
    locations_by_ids,
    plants_by_ids,
)
from hedgerow_routing.views.points import locate_point
from hedgerow_routing.views.rules import get_routing_limits, list_overflow_rules

service = Service(
    name="routing",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "migrations",
    extensions=("postgis",),
    commands={
        CreatePlant: create_plant,
        CreateLocation: create_location,
        PublishFence: publish_fence,
        PublishOverflowRule: publish_overflow_rule,
        SetRoutingLimits: set_routing_limits,
    },
    queries={
        PlantsByIds: plants_by_ids,
        ListPlants: list_plants,
        LocationsByIds: locations_by_ids,
        ListLocations: list_locations,
        FencesByPlants: fences_by_plants,
        ListOverflowRules: list_overflow_rules,
        GetRoutingLimits: get_routing_limits,
        LocatePoint: locate_point,
        CheckPresence: check_presence,
        DecisionsByIds: decisions_by_ids,
        DecisionsByOrders: decisions_by_orders,
        ListRoutingEvidence: evidence_lister("routing", evidence, SOURCES),
        VerifyRoutingEvidence: evidence_verifier("routing", evidence, SOURCES),
    },
    reactions={
        OrderSubmitted: on_order_submitted,
        OrderCancelled: on_order_cancelled,
        StockReserved: on_stock_reserved,
        StockShort: on_stock_short,
        AccessChanged: on_access_changed,
        PresencePolicyPublished: on_presence_policy_published,
    },
)

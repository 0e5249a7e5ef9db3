"""The routing service: what it answers, what it listens to."""

from pathlib import Path

from hedgerow.access import on_access_changed, on_presence_policy_published
from hedgerow.contracts.access import (
    AccessBySubjects,
    AccessCaseByNumber,
    AccessChanged,
    BindPlant,
    ExplainAccess,
    GrantRole,
    ListMemberships,
    ObserveClaims,
    RecordDenial,
    RevokeRole,
)
from hedgerow.contracts.fences import ImportDivisions, ListDivisions, ListFences
from hedgerow.contracts.inventory import StockReserved, StockShort
from hedgerow.contracts.orders import OrderCancelled, OrderDelivered, OrderSubmitted
from hedgerow.contracts.presence import (
    AttestPresence,
    CheckPresence,
    ConfirmPresence,
    PresencePolicies,
    PresencePolicyPublished,
    PublishPresencePolicy,
)
from hedgerow.contracts.releases import (
    DraftRelease,
    EditRelease,
    GetReleaseGate,
    ListChangedOrders,
    ListReleases,
    OverrideRelease,
    PublishRelease,
    ReleaseChangesByIds,
    ReleaseCoverage,
    ReleasesByIds,
    RollBackRelease,
    SetReleaseGate,
    SimulateRelease,
    SimulationProgressed,
    SimulationsByIds,
)
from hedgerow.contracts.routing import (
    CreateArea,
    CreateLocation,
    CreatePlant,
    DecisionsByIds,
    DecisionsByOrders,
    FencesByPlants,
    GetRoutingLimits,
    ListAreas,
    ListLocations,
    ListOverflowRules,
    ListPlants,
    ListRoutingEvidence,
    LocatePoint,
    LocationsByIds,
    PlantsByIds,
    PublishFence,
    PublishOverflowRule,
    RetireOverflowRule,
    SetPlantArea,
    SetRoutingLimits,
    TraceRules,
    VerifyRoutingEvidence,
)
from hedgerow.evidence.listing import evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service
from hedgerow.settings import load
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow_routing.handlers.attest_presence import attest_presence
from hedgerow_routing.handlers.bind_plant import bind_plant
from hedgerow_routing.handlers.confirm_presence import confirm_presence
from hedgerow_routing.handlers.create_area import create_area
from hedgerow_routing.handlers.create_location import create_location
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.edit_release import edit_release
from hedgerow_routing.handlers.grant_role import grant_role
from hedgerow_routing.handlers.import_divisions import import_divisions
from hedgerow_routing.handlers.observe_claims import observe_claims
from hedgerow_routing.handlers.on_order_cancelled import on_order_cancelled
from hedgerow_routing.handlers.on_order_delivered import on_order_delivered
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_simulation_progressed import on_simulation_progressed
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.publish_presence_policy import publish_presence_policy
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.record_denial import record_denial
from hedgerow_routing.handlers.retire_overflow_rule import retire_overflow_rule
from hedgerow_routing.handlers.revoke_role import revoke_role
from hedgerow_routing.handlers.roll_back_release import roll_back_release
from hedgerow_routing.handlers.set_plant_area import set_plant_area
from hedgerow_routing.handlers.set_release_gate import set_release_gate
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.handlers.simulate_release import simulate_release
from hedgerow_routing.settings import RoutingSettings
from hedgerow_routing.store.area_indexes import AreaIndexes
from hedgerow_routing.store.tables import evidence, messages, metadata
from hedgerow_routing.views.areas import list_areas
from hedgerow_routing.views.cases import access_case_by_number
from hedgerow_routing.views.coverage import release_coverage
from hedgerow_routing.views.decisions import decisions_by_ids, decisions_by_orders
from hedgerow_routing.views.divisions import list_divisions
from hedgerow_routing.views.evidence import SOURCES
from hedgerow_routing.views.explanations import explain_access
from hedgerow_routing.views.fences import check_presence, fences_by_plants, list_fences
from hedgerow_routing.views.memberships import access_by_subjects, list_memberships
from hedgerow_routing.views.plants import (
    list_locations,
    list_plants,
    locations_by_ids,
    plants_by_ids,
)
from hedgerow_routing.views.points import locate_point
from hedgerow_routing.views.policies import presence_policies
from hedgerow_routing.views.releases import (
    get_release_gate,
    list_releases,
    release_changes_by_ids,
    releases_by_ids,
)
from hedgerow_routing.views.rules import get_routing_limits, list_overflow_rules
from hedgerow_routing.views.simulations import list_changed_orders, simulations_by_ids
from hedgerow_routing.views.traces import trace_rules


def keep_area_indexes(engine: AsyncEngine) -> AreaIndexes | None:
    """Raises BadSettings."""
    return AreaIndexes(engine) if load(RoutingSettings).routing_area_index else None


service = Service(
    name="routing",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "migrations",
    extensions=("postgis", "btree_gist"),
    keeps=keep_area_indexes,
    commands={
        CreatePlant: create_plant,
        CreateLocation: create_location,
        PublishFence: publish_fence,
        ImportDivisions: import_divisions,
        PublishOverflowRule: publish_overflow_rule,
        RetireOverflowRule: retire_overflow_rule,
        SetRoutingLimits: set_routing_limits,
        CreateArea: create_area,
        SetPlantArea: set_plant_area,
        GrantRole: grant_role,
        RevokeRole: revoke_role,
        ObserveClaims: observe_claims,
        BindPlant: bind_plant,
        RecordDenial: record_denial,
        PublishPresencePolicy: publish_presence_policy,
        AttestPresence: attest_presence,
        ConfirmPresence: confirm_presence,
        DraftRelease: draft_release,
        EditRelease: edit_release,
        OverrideRelease: override_release,
        PublishRelease: publish_release,
        SetReleaseGate: set_release_gate,
        SimulateRelease: simulate_release,
        RollBackRelease: roll_back_release,
    },
    queries={
        PlantsByIds: plants_by_ids,
        ListPlants: list_plants,
        LocationsByIds: locations_by_ids,
        ListLocations: list_locations,
        FencesByPlants: fences_by_plants,
        ListFences: list_fences,
        ListDivisions: list_divisions,
        ListOverflowRules: list_overflow_rules,
        GetRoutingLimits: get_routing_limits,
        LocatePoint: locate_point,
        CheckPresence: check_presence,
        DecisionsByIds: decisions_by_ids,
        DecisionsByOrders: decisions_by_orders,
        AccessBySubjects: access_by_subjects,
        ListAreas: list_areas,
        ListMemberships: list_memberships,
        ExplainAccess: explain_access,
        AccessCaseByNumber: access_case_by_number,
        PresencePolicies: presence_policies,
        TraceRules: trace_rules,
        ReleasesByIds: releases_by_ids,
        ReleaseChangesByIds: release_changes_by_ids,
        ListReleases: list_releases,
        GetReleaseGate: get_release_gate,
        SimulationsByIds: simulations_by_ids,
        ListChangedOrders: list_changed_orders,
        ReleaseCoverage: release_coverage,
        ListRoutingEvidence: evidence_lister("routing", evidence, SOURCES),
        VerifyRoutingEvidence: evidence_verifier("routing", evidence, SOURCES),
    },
    reactions={
        OrderSubmitted: on_order_submitted,
        OrderCancelled: on_order_cancelled,
        OrderDelivered: on_order_delivered,
        StockReserved: on_stock_reserved,
        StockShort: on_stock_short,
        SimulationProgressed: on_simulation_progressed,
        AccessChanged: on_access_changed,
        PresencePolicyPublished: on_presence_policy_published,
    },
)

"""Owned by services/routing: plants, fences, rules and decisions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from .evidence import ListEvidence, VerifyEvidence
from .inventory import SeenStock
from .message import Command, Event, Query
from .values import (
    AreaId,
    Basis,
    Datum,
    DecisionId,
    FenceId,
    GeoPoint,
    Line,
    LocationId,
    LonLat,
    OrderId,
    PlantId,
    RuleId,
)


class PlantView(msgspec.Struct, frozen=True, kw_only=True):
    """point  as it was given; wgs84 is the same point converted"""

    plant_id: PlantId
    code: str
    name: str
    point: GeoPoint
    wgs84: LonLat
    created_at: datetime
    area_id: AreaId | None = None


class LocationKind(StrEnum):
    PLANT = "PLANT"
    WAREHOUSE = "WAREHOUSE"
    CLOUD_WAREHOUSE = "CLOUD_WAREHOUSE"


class LocationView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that holds stock. It belongs to one plant; orders of others may be served from it."""

    location_id: LocationId
    plant_id: PlantId
    code: str
    name: str
    kind: LocationKind
    created_at: datetime


class FenceKind(StrEnum):
    """PRESENCE: where staff and scans of the plant are. SERVICE_AREA: whose addresses are its."""

    PRESENCE = "PRESENCE"
    SERVICE_AREA = "SERVICE_AREA"


class Circle(msgspec.Struct, frozen=True):
    """radius_m  metres on the ellipsoid; the edge belongs to the circle"""

    center: GeoPoint
    radius_m: float


class FenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of a fence. geojson is a WGS-84 MultiPolygon, None for a circle.

    active_from  inclusive; active_to exclusive, None while in force
    """

    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    name: str
    version: int
    priority: int
    area_m2: float
    circle: Circle | None
    geojson: dict[str, Any] | None
    active_from: datetime
    active_to: datetime | None


class SafetyTest(StrEnum):
    """CURRENT: available >= safety level. AFTER: available - requested >= safety level."""

    CURRENT = "CURRENT"
    AFTER = "AFTER"


class OverflowRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of these regions and channels try the locations of `chain` in its order.

    An empty tuple of regions or channels matches all. Among rules that match, the one that names
    more of the two conditions wins, then the higher priority, then the code.
    """

    rule_id: RuleId
    code: str
    name: str
    version: int
    priority: int
    regions: tuple[str, ...]
    channels: tuple[str, ...]
    chain: tuple[LocationId, ...]
    safety_test: SafetyTest
    active_from: datetime


class RoutingLimitsView(msgspec.Struct, frozen=True, kw_only=True):
    """max_distance_km  how far the nearest plant may be when no service area covers the point"""

    max_distance_km: float
    version: int


class AssignmentMethod(StrEnum):
    SERVICE_AREA = "SERVICE_AREA"
    NEAREST = "NEAREST"
    NONE = "NONE"


class UnroutableReason(StrEnum):
    NO_PLANT = "NO_PLANT"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NO_LOCATION = "NO_LOCATION"


class AreaTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A service area that covers the point. Order: priority, then area, then plant code."""

    fence_id: FenceId
    version: int
    plant_id: PlantId
    plant_code: str
    priority: int
    area_m2: float
    chosen: bool


class DistanceTrace(msgspec.Struct, frozen=True, kw_only=True):
    """distance_m  geodesic, on the WGS-84 ellipsoid"""

    plant_id: PlantId
    plant_code: str
    distance_m: float
    within_limit: bool
    chosen: bool


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """Which plant a point belongs to, and why. plant_id is None when unroutable.

    areas      every service area that covers the point; what the reader may not see is left out
    distances  the five nearest plants where no area covers it, nearest first; likewise
    """

    point: LonLat
    method: AssignmentMethod
    plant_id: PlantId | None
    unroutable: UnroutableReason | None
    areas: tuple[AreaTrace, ...]
    distances: tuple[DistanceTrace, ...]
    max_distance_km: float


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A location to try, in rank order from 1. plant_id is the location's plant."""

    rank: int
    location_id: LocationId
    location_code: str
    plant_id: PlantId


class RuleTrace(msgspec.Struct, frozen=True, kw_only=True):
    """matched  both conditions hold; chosen: the first of the matching ones"""

    rule_id: RuleId
    code: str
    version: int
    priority: int
    matched: bool
    chosen: bool


class DecisionResult(StrEnum):
    """PENDING until inventory has answered. OVERFLOWED: a line was not served by the first
    candidate. CANCELLED: the order was, and inventory had not answered."""

    PENDING = "PENDING"
    ASSIGNED = "ASSIGNED"
    OVERFLOWED = "OVERFLOWED"
    SHORT = "SHORT"
    UNROUTABLE = "UNROUTABLE"
    CANCELLED = "CANCELLED"


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a routing decision saw. `seen` joins when inventory has answered; a reader finds
    no stock figures of plants they may not see in it. release  number of the one that was in
    force; 0 before the first, and for decisions from before releases"""

    decision_id: DecisionId
    order_id: OrderId
    order_number: str
    channel: str
    region: str
    lines: tuple[Line, ...]
    assignment: AssignmentView
    rules: tuple[RuleTrace, ...]
    chain: tuple[Candidate, ...]
    safety_test: SafetyTest | None
    result: DecisionResult
    seen: tuple[SeenStock, ...]
    decided_at: datetime
    settled_at: datetime | None
    release: int = 0


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """Plants that are looked after together, such as 华东区. plant_ids  those the reader sees"""

    area_id: AreaId
    code: str
    name: str
    plant_ids: tuple[PlantId, ...]
    created_at: datetime


class RuleUse(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that took part in a decision, and who has answered for it.

    kind            OVERFLOW_RULE | FENCE | ROUTING_LIMITS
    version         the one that fired; published_by, published_at and basis say who put it there
    latest_version  in force now; latest_by and latest_at say who changed it last
    decisions       how many decisions of the reader's plants this version took part in, at most
                    1000
    """

    kind: str
    code: str
    name: str
    version: int
    published_by: str
    published_at: datetime
    latest_version: int
    latest_by: str
    latest_at: datetime
    decisions: int


class RuleTraceView(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules made a decision what it is. siblings  the newest other orders that the same
    version of the overflow rule decided, at most 20, of plants the reader sees"""

    decision_id: DecisionId
    order_id: OrderId
    decided_at: datetime
    rules: tuple[RuleUse, ...]
    siblings: tuple[OrderId, ...]


# Commands


class CreatePlant(Command[PlantView], frozen=True, kw_only=True):
    """code  upper-case letters, digits and dashes, unique in the tenant"""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.create_plant.v1"
    plant_id: PlantId
    code: str
    name: str
    point: GeoPoint


class CreateLocation(Command[LocationView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.routing.create_location.v1"
    location_id: LocationId
    plant_id: PlantId
    code: str
    name: str
    kind: LocationKind


class PublishFence(Command[FenceView], frozen=True, kw_only=True):
    """In force from this instant on; replaces the plant's fence of the same kind and name.

    Exactly one of `circle` and `geojson`; SERVICE_AREA takes GeoJSON, PRESENCE takes either.
    GeoJSON is a Polygon, a MultiPolygon, or a Feature or FeatureCollection of those.
    datum  that of the GeoJSON's coordinates
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_fence.v1"
    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    name: str
    priority: int = 0
    circle: Circle | None = None
    geojson: dict[str, Any] | None = None
    datum: Datum | None = None


class PublishOverflowRule(Command[OverflowRuleView], frozen=True, kw_only=True):
    """In force from this instant on; replaces the rule of the same code."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_overflow_rule.v1"
    rule_id: RuleId
    code: str
    name: str
    priority: int = 0
    regions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    chain: tuple[LocationId, ...]
    safety_test: SafetyTest


class SetRoutingLimits(Command[RoutingLimitsView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.routing.set_routing_limits.v1"
    max_distance_km: float


class CreateArea(Command[AreaView], frozen=True, kw_only=True):
    """code  upper-case letters, digits and dashes, unique in the tenant"""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.create_area.v1"
    area_id: AreaId
    code: str
    name: str


class SetPlantArea(Command[PlantView], frozen=True, kw_only=True):
    """Put a plant into an area, out of the one it was in. area_id  None: into none"""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.set_plant_area.v1"
    plant_id: PlantId
    area_id: AreaId | None
    basis: Basis


# Queries


class PlantsByIds(Query[tuple[PlantView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `ids`; None for what is absent or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.plants_by_ids.v1"
    ids: tuple[PlantId, ...]


class ListPlants(Query[tuple[PlantView, ...]], frozen=True, kw_only=True):
    """Every plant the caller may see, by code. A tenant has at most some hundreds."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_plants.v1"


class LocationsByIds(Query[tuple[LocationView | None, ...]], frozen=True, kw_only=True):
    """Names of locations are no secret inside a tenant: an order may be served from another
    plant's warehouse. Stock is."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.locations_by_ids.v1"
    ids: tuple[LocationId, ...]


class ListLocations(Query[tuple[LocationView, ...]], frozen=True, kw_only=True):
    """Locations of the plants the caller may see, by code."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_locations.v1"


class FencesByPlants(Query[tuple[tuple[FenceView, ...], ...]], frozen=True, kw_only=True):
    """Fences in force, by kind and name; answers in the order of `plant_ids`."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.fences_by_plants.v1"
    plant_ids: tuple[PlantId, ...]


class ListOverflowRules(Query[tuple[OverflowRuleView, ...]], frozen=True, kw_only=True):
    """Rules in force, in the order in which they are tried."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_overflow_rules.v1"


class GetRoutingLimits(Query[RoutingLimitsView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.get_routing_limits.v1"


class LocatePoint(Query[AssignmentView], frozen=True, kw_only=True):
    """What a new order to this point would be assigned to. Callers who do not see the whole tenant
    are refused with PLANT_FORBIDDEN where the point is not one of their own plants'."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.locate_point.v1"
    point: GeoPoint


class ListAreas(Query[tuple[AreaView, ...]], frozen=True, kw_only=True):
    """By code."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_areas.v1"


class TraceRules(Query[tuple[RuleTraceView | None, ...]], frozen=True, kw_only=True):
    """Of the decisions about these orders; answers in the order of `order_ids`."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.trace_rules.v1"
    order_ids: tuple[OrderId, ...]


class DecisionsByOrders(Query[tuple[DecisionView | None, ...]], frozen=True, kw_only=True):
    """The latest decision of each order; answers in the order of `order_ids`."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.decisions_by_orders.v1"
    order_ids: tuple[OrderId, ...]


class DecisionsByIds(Query[tuple[DecisionView | None, ...]], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.decisions_by_ids.v1"
    ids: tuple[DecisionId, ...]


class ListRoutingEvidence(ListEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.list_routing_evidence.v1"


class VerifyRoutingEvidence(VerifyEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.verify_routing_evidence.v1"


# Events


class PlantCreated(Event, frozen=True, kw_only=True):
    """Aggregate `plant:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.plant_created.v1"
    plant: PlantView


class LocationCreated(Event, frozen=True, kw_only=True):
    """Aggregate `location:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.location_created.v1"
    location: LocationView


class FencePublished(Event, frozen=True, kw_only=True):
    """Aggregate `fence:<plant>:<kind>:<name>`; the event's version is the fence's."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.fence_published.v1"
    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    version: int
    active_from: datetime


class FenceRemoved(Event, frozen=True, kw_only=True):
    """A plant has no fence of this kind and name any more. Aggregate `fence:<plant>:<kind>:<name>`;
    the event's version is one more than the fence's was."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.fence_removed.v1"
    plant_id: PlantId
    kind: FenceKind
    name: str
    version: int
    active_to: datetime


class OverflowRulePublished(Event, frozen=True, kw_only=True):
    """Aggregate `rule:<tenant>:<code>`; the event's version is the rule's."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.overflow_rule_published.v1"
    rule: OverflowRuleView


class RoutingLimitsSet(Event, frozen=True, kw_only=True):
    """Aggregate `limits:<tenant>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.routing_limits_set.v1"
    limits: RoutingLimitsView


class OrderRouted(Event, frozen=True, kw_only=True):
    """The candidates travel to the stock. Aggregate `decision:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.order_routed.v1"
    decision_id: DecisionId
    order_id: OrderId
    plant_id: PlantId
    chain: tuple[Candidate, ...]
    safety_test: SafetyTest
    lines: tuple[Line, ...]


class OrderUnroutable(Event, frozen=True, kw_only=True):
    """Aggregate `decision:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.order_unroutable.v1"
    decision_id: DecisionId
    order_id: OrderId
    reason: UnroutableReason


class AreaCreated(Event, frozen=True, kw_only=True):
    """Aggregate `area:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.area_created.v1"
    area: AreaView


class PlantAreaSet(Event, frozen=True, kw_only=True):
    """Aggregate `plant:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.plant_area_set.v1"
    plant_id: PlantId
    area_id: AreaId | None

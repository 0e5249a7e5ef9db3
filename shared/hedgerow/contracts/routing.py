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

DEFAULT_TIME_ZONE = "Asia/Shanghai"


class PlantView(msgspec.Struct, frozen=True, kw_only=True):
    """point  as it was given; wgs84 is the same point converted. time_zone  an IANA name"""

    plant_id: PlantId
    code: str
    name: str
    point: GeoPoint
    wgs84: LonLat
    created_at: datetime
    area_id: AreaId | None = None
    time_zone: str = DEFAULT_TIME_ZONE


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
    """PRESENCE: where staff and scans of the plant are. SERVICE_AREA: whose addresses are its.
    EXCLUSION: whose addresses are not its, whatever its service areas and its distance say."""

    PRESENCE = "PRESENCE"
    SERVICE_AREA = "SERVICE_AREA"
    EXCLUSION = "EXCLUSION"


class Circle(msgspec.Struct, frozen=True):
    """radius_m  metres on the ellipsoid; the edge belongs to the circle"""

    center: GeoPoint
    radius_m: float


class DivisionUse(msgspec.Struct, frozen=True):
    """A division that a fence was drawn by. version  of its boundary, the newest at that time"""

    code: str
    version: int


class FenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of a fence, for the time in which it is valid. geojson is a WGS-84
    MultiPolygon, None for a circle.

    active_from    valid time: inclusive; active_to exclusive, None while no end is known
    recorded_from  since when that is known; recorded_to until when it was, None while it is
    divisions      those whose union it is; empty when it was drawn otherwise
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
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    divisions: tuple[DivisionUse, ...] = ()


class SafetyTest(StrEnum):
    """CURRENT: available >= safety level. AFTER: available - requested >= safety level."""

    CURRENT = "CURRENT"
    AFTER = "AFTER"


class OverflowRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of these regions and channels for which `condition` holds try the locations of `chain`
    in its order.

    An empty tuple of regions or channels, and an empty condition, match all. Among rules that
    match, the one that names more facts wins (regions, channels, each variable of the condition),
    then the higher priority, then the code.

    condition        in CEL, over declared variables; one that fails does not match
    max_locations    over how many an order may be split; None: as it comes
    max_distance_km  locations whose plant lies farther from the address are left out; None: none
    sla_hours        within which the order is promised to be served; None: nothing is promised
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
    condition: str = ""
    max_locations: int | None = None
    max_distance_km: float | None = None
    sla_hours: int | None = None


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
    """A service area that covers the point. Order: priority, then area, then plant code; those
    that an exclusion of their plant takes back come last, and are never chosen."""

    fence_id: FenceId
    version: int
    plant_id: PlantId
    plant_code: str
    priority: int
    area_m2: float
    chosen: bool
    excluded: bool = False


class ExclusionTrace(msgspec.Struct, frozen=True, kw_only=True):
    """An exclusion that covers the point: its plant gets it neither by area nor by distance."""

    fence_id: FenceId
    version: int
    plant_id: PlantId
    plant_code: str


class DistanceTrace(msgspec.Struct, frozen=True, kw_only=True):
    """distance_m  geodesic, on the WGS-84 ellipsoid"""

    plant_id: PlantId
    plant_code: str
    distance_m: float
    within_limit: bool
    chosen: bool


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """Which plant a point belongs to, and why. plant_id is None when unroutable.

    areas       every service area that covers the point; what the reader may not see is left out
    distances   the five nearest plants that it is not excluded from, where no area decides; nearest
                first; likewise
    exclusions  every exclusion that covers it, by plant code; likewise
    """

    point: LonLat
    method: AssignmentMethod
    plant_id: PlantId | None
    unroutable: UnroutableReason | None
    areas: tuple[AreaTrace, ...]
    distances: tuple[DistanceTrace, ...]
    max_distance_km: float
    exclusions: tuple[ExclusionTrace, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A location to try, in rank order from 1. plant_id is the location's plant."""

    rank: int
    location_id: LocationId
    location_code: str
    plant_id: PlantId


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A location of the rule's chain that lies too far from the address to be tried.

    distance_m       geodesic, from the location's plant
    max_distance_km  of the rule
    """

    location_id: LocationId
    location_code: str
    plant_id: PlantId
    distance_m: float
    max_distance_km: float


class Mismatch(StrEnum):
    """Why a rule does not match. CONDITION_ERROR: its condition asks for what the order has not."""

    REGION = "REGION"
    CHANNEL = "CHANNEL"
    CONDITION_FALSE = "CONDITION_FALSE"
    CONDITION_ERROR = "CONDITION_ERROR"


class RuleTrace(msgspec.Struct, frozen=True, kw_only=True):
    """matched  region, channel and condition fit; chosen: the first of the matching ones

    mismatch     the first of them that does not; None where all do, and in older decisions
    detail       what the condition met at CONDITION_ERROR, in English
    specificity  how many facts the rule names; None in older decisions
    """

    rule_id: RuleId
    code: str
    version: int
    priority: int
    matched: bool
    chosen: bool
    mismatch: Mismatch | None = None
    detail: str = ""
    specificity: int | None = None


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
    no stock figures of plants they may not see in it.

    left_out       of the rule's chain; a reader finds none of plants they may not see in it
    max_locations  as the rule said, like sla_hours
    release        number of the one that was in force; 0 before the first, and for decisions from
                   before releases
    """

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
    left_out: tuple[LeftOut, ...] = ()
    max_locations: int | None = None
    sla_hours: int | None = None
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
    """code  upper-case letters, digits and dashes, unique in the tenant. time_zone  an IANA name"""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.create_plant.v1"
    plant_id: PlantId
    code: str
    name: str
    point: GeoPoint
    time_zone: str = DEFAULT_TIME_ZONE


class CreateLocation(Command[LocationView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.routing.create_location.v1"
    location_id: LocationId
    plant_id: PlantId
    code: str
    name: str
    kind: LocationKind


class PublishFence(Command[FenceView], frozen=True, kw_only=True):
    """Says where the plant's fence of this kind and name lies from `valid_from` to `valid_to`.
    What was said of other times stays. In the past it is a correction, in the future a plan.

    Exactly one of `circle`, `geojson` and `divisions`. GeoJSON is a Polygon, a MultiPolygon, or a
    Feature or FeatureCollection of those; none may cross the 180th meridian.
    datum       that of the GeoJSON's coordinates
    divisions   codes of imported divisions; the fence is the union of their boundaries
    valid_from  inclusive; this instant when None. valid_to  exclusive; open when None
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
    divisions: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class PublishOverflowRule(Command[OverflowRuleView], frozen=True, kw_only=True):
    """In force from this instant on; replaces the rule of the same code. The fields are those of
    OverflowRuleView."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_overflow_rule.v1"
    rule_id: RuleId
    code: str
    name: str
    priority: int = 0
    regions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    chain: tuple[LocationId, ...]
    safety_test: SafetyTest
    condition: str = ""
    max_locations: int | None = None
    max_distance_km: float | None = None
    sla_hours: int | None = None


class RetireOverflowRule(Command[OverflowRuleView], frozen=True, kw_only=True):
    """No order is decided by this rule from this instant on. Its code may be published again.

    rule_id  of the version in force
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.retire_overflow_rule.v1"
    rule_id: RuleId


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
    """Fences valid now, as is known now, by kind and name; answers in the order of `plant_ids`."""

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
    """Aggregate `fence:<plant>:<kind>:<name>`; the event's version is the fence's.

    active_from  from when on it is valid: earlier than recorded_at in a correction, later in a
                 plan. active_to  until when, None for ever
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.fence_published.v1"
    fence_id: FenceId
    plant_id: PlantId
    kind: FenceKind
    version: int
    active_from: datetime
    active_to: datetime | None = None
    recorded_at: datetime | None = None


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


class OverflowRuleRetired(Event, frozen=True, kw_only=True):
    """Aggregate `rule:<tenant>:<code>`. version  one more than that of the rule that was in force;
    a later publication goes on from it"""

    SUBJECT: ClassVar = "hedgerow.evt.routing.overflow_rule_retired.v1"
    rule_id: RuleId
    code: str
    version: int
    retired_at: datetime


class RoutingLimitsSet(Event, frozen=True, kw_only=True):
    """Aggregate `limits:<tenant>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.routing_limits_set.v1"
    limits: RoutingLimitsView


class OrderRouted(Event, frozen=True, kw_only=True):
    """The candidates travel to the stock. Aggregate `decision:<id>`.

    max_locations  over how many of them the order may be split; None: as it comes
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.order_routed.v1"
    decision_id: DecisionId
    order_id: OrderId
    plant_id: PlantId
    chain: tuple[Candidate, ...]
    safety_test: SafetyTest
    lines: tuple[Line, ...]
    max_locations: int | None = None


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

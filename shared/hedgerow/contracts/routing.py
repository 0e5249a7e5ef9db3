"""Owned by services/routing: views, commands, queries, events."""

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
    AttestationId,
    Basis,
    Datum,
    DecisionId,
    FenceId,
    GeoPoint,
    Line,
    LocationId,
    LonLat,
    MembershipId,
    OrderId,
    Page,
    PlantId,
    PresenceVerdict,
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
    no stock figures of plants they may not see in it."""

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


class Scope(StrEnum):
    """How far a membership reaches. AREA: every plant of the area, now and later. TENANT: for the
    roles of the whole tenant; of any other role every plant, now and later, but not what has no
    plant yet."""

    TENANT = "TENANT"
    AREA = "AREA"
    PLANT = "PLANT"


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """Plants that are looked after together, such as 华东区. plant_ids  those the reader sees"""

    area_id: AreaId
    code: str
    name: str
    plant_ids: tuple[PlantId, ...]
    created_at: datetime


class MembershipView(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to a user. Kept for ever; revoked_at ends it.

    subject   the user's id at their issuer
    role      as tokens name it: "plant_manager"
    plant_id  of a PLANT scope; area_id of an AREA scope
    basis     why it was given; revocation is why it was taken
    """

    membership_id: MembershipId
    subject: str
    role: str
    scope: Scope
    plant_id: PlantId | None
    area_id: AreaId | None
    basis: Basis
    granted_by: str
    granted_at: datetime
    revocation: Basis | None
    revoked_by: str
    revoked_at: datetime | None


class MembershipPage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one per membership"""

    memberships: tuple[MembershipView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class MembershipWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold. active  not revoked"""

    subject: str | None = None
    plant_id: PlantId | None = None
    role: str | None = None
    active: bool | None = None


class AccessView(msgspec.Struct, frozen=True, kw_only=True):
    """What a user's memberships come to.

    version       rises whenever any of this changes; 0 for a user who never had a membership
    tenant_roles  roles of the whole tenant
    plant_roles   roles by plant, with those that an area or the tenant gives there
    """

    subject: str
    version: int
    tenant_roles: tuple[str, ...]
    plant_roles: dict[PlantId, tuple[str, ...]]


class ClaimedRole(msgspec.Struct, frozen=True):
    """A role that a user's token brought. plant_id  None for the whole tenant"""

    role: str
    plant_id: PlantId | None


class AccessLink(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a user holds permissions at a plant.

    membership  None when the role came with the user's token; claimed_at is when it last did
    permissions all that the role stands for, sorted
    """

    role: str
    membership: MembershipView | None
    claimed_at: datetime | None
    permissions: tuple[str, ...]


class AccessExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a user may do what at a plant, or what is missing.

    plant_id  None: over what has no plant yet
    links     what gives the user rights there; empty: nothing does
    ended     memberships that once did and were revoked, newest first, at most ten
    held      permissions that the links come to; missing is every other one
    """

    subject: str
    plant_id: PlantId | None
    version: int
    links: tuple[AccessLink, ...]
    ended: tuple[MembershipView, ...]
    held: tuple[str, ...]
    missing: tuple[str, ...]


class AccessCaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal that somebody was told of, by the number they were told.

    operation   the field of the API: "orderCancel"
    code        PLANT_FORBIDDEN or NOT_PERMITTED
    asked       what was asked for, as the API names things: "Order:<uuid>", "Order.number:HY1"
    plant_id    whose it is; None when there is no such thing or it has no plant
    permission  what was missing; empty when the plant itself is out of sight
    """

    number: str
    subject: str
    operation: str
    code: str
    asked: tuple[str, ...]
    plant_id: PlantId | None
    permission: str
    ip: str
    device: str
    request_id: str
    at: datetime


class PresenceAct(StrEnum):
    """What a plant may demand to be done at the plant itself."""

    STOCK_RECEIVE = "STOCK_RECEIVE"
    STOCK_ADJUST = "STOCK_ADJUST"
    ORDER_LOCK_KIT = "ORDER_LOCK_KIT"
    ORDER_DISPATCH = "ORDER_DISPATCH"
    ORDER_RELEASE_QUALITY = "ORDER_RELEASE_QUALITY"
    ORDER_SIGN = "ORDER_SIGN"
    RETURN_RECEIVE = "RETURN_RECEIVE"
    RETURN_INSPECT = "RETURN_INSPECT"


class PresencePolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts need presence at a plant. version 0, and no acts: nothing was published yet."""

    plant_id: PlantId
    version: int
    acts: tuple[PresenceAct, ...]
    active_from: datetime | None


class PositionFix(msgspec.Struct, frozen=True, kw_only=True):
    """Where a device says it is. accuracy_m  radius of its uncertainty, metres, 0 to 10 000

    at     when it was taken; at most 60 s ago
    nonce  made by the device for this fix alone, 16 to 64 characters; good once
    """

    point: GeoPoint
    accuracy_m: float
    at: datetime
    nonce: str


class AttestationView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of looking at a position.

    number      for people: PC20260329-0001
    wgs84       the position converted
    distance_m  from the nearest edge of a presence fence, negative inside; None without a fence
    """

    attestation_id: AttestationId
    number: str
    plant_id: PlantId
    subject: str
    act: PresenceAct
    verdict: PresenceVerdict
    fix: PositionFix
    wgs84: LonLat
    distance_m: float | None
    attested_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    used_at: datetime | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user and the role they get at a plant that is being bound."""

    membership_id: MembershipId
    subject: str
    role: str


class PlantBinding(msgspec.Struct, frozen=True, kw_only=True):
    fence: FenceView
    memberships: tuple[MembershipView, ...]


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


class GrantRole(Command[MembershipView], frozen=True, kw_only=True):
    """Critical. Whoever grants must hold every permission of the role where it is granted."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.grant_role.v1"
    membership_id: MembershipId
    subject: str
    role: str
    scope: Scope
    plant_id: PlantId | None = None
    area_id: AreaId | None = None
    basis: Basis


class RevokeRole(Command[MembershipView], frozen=True, kw_only=True):
    """Critical. In force at once for what changes anything, within 2 s for what reads."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.revoke_role.v1"
    membership_id: MembershipId
    basis: Basis


class BindPlant(Command[PlantBinding], frozen=True, kw_only=True):
    """Critical. Draw a fence of a plant and give people their roles there, all or nothing."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.bind_plant.v1"
    fence: PublishFence
    members: tuple[Member, ...]
    basis: Basis


class ObserveClaims(Command[bool], frozen=True, kw_only=True):
    """What a token brought, so that rights can be explained. From the gateway only."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.observe_claims.v1"
    subject: str
    roles: tuple[ClaimedRole, ...]


class RecordDenial(Command[AccessCaseView], frozen=True, kw_only=True):
    """Somebody was refused. From the gateway only. See AccessCaseView."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.record_denial.v1"
    subject: str
    operation: str
    code: str
    asked: tuple[str, ...]
    plant_id: PlantId | None
    permission: str


class PublishPresencePolicy(Command[PresencePolicyView], frozen=True, kw_only=True):
    """In force from this instant on."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_presence_policy.v1"
    plant_id: PlantId
    acts: tuple[PresenceAct, ...]


class AttestPresence(Command[AttestationView], frozen=True, kw_only=True):
    """Look at the caller's position before they act. A nonce is good once.

    confirmation  number of an earlier attestation that a second person has confirmed: it is used
                  up, and answered as CONFIRMED
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.attest_presence.v1"
    attestation_id: AttestationId
    plant_id: PlantId
    act: PresenceAct
    fix: PositionFix
    confirmation: str = ""


class ConfirmPresence(Command[AttestationView], frozen=True, kw_only=True):
    """Critical. A second person vouches for an UNCERTAIN position, within 10 minutes."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.confirm_presence.v1"
    number: str
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


class CheckPresence(Query[PresenceVerdict], frozen=True, kw_only=True):
    """Is the point inside one of the plant's PRESENCE fences? The edge counts as inside. OUTSIDE
    where the plant has none. accuracy_m  as in PositionFix"""

    SUBJECT: ClassVar = "hedgerow.qry.routing.check_presence.v1"
    plant_id: PlantId
    point: GeoPoint
    accuracy_m: float = 0.0


class PresencePolicies(Query[tuple[PresencePolicyView | None, ...]], frozen=True, kw_only=True):
    """Those in force; answers in the order of `plant_ids`, None for a plant out of sight."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.presence_policies.v1"
    plant_ids: tuple[PlantId, ...]


class AccessBySubjects(Query[tuple[AccessView, ...]], frozen=True, kw_only=True):
    """What these users' memberships come to, in the order of `subjects`. For the gateway."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.access_by_subjects.v1"
    subjects: tuple[str, ...]


class ListAreas(Query[tuple[AreaView, ...]], frozen=True, kw_only=True):
    """By code."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_areas.v1"


class ListMemberships(Query[MembershipPage], frozen=True, kw_only=True):
    """Newest first: of plants where the caller may read who has access, and with that right for
    the whole tenant all."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_memberships.v1"
    where: MembershipWhere = MembershipWhere()
    page: Page


class ExplainAccess(Query[AccessExplanation], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.explain_access.v1"
    subject: str
    plant_id: PlantId | None


class AccessCaseByNumber(Query[AccessCaseView | None], frozen=True, kw_only=True):
    """None when there is none, or it is about a plant where the caller may not read it."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.access_case_by_number.v1"
    number: str


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


class AccessChanged(Event, frozen=True, kw_only=True):
    """A user's rights are others now: whoever acts on rights of an older version is refused.
    Aggregate `access:<tenant>:<subject>`; the event's version is that of the rights.

    membership  what was granted or revoked; None when an area changed
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.access_changed.v1"
    subject: str
    version: int
    membership: MembershipView | None


class AccessDenied(Event, frozen=True, kw_only=True):
    """Aggregate `case:<number>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.access_denied.v1"
    case: AccessCaseView


class PresencePolicyPublished(Event, frozen=True, kw_only=True):
    """Aggregate `presence_policy:<plant>`; the event's version is the policy's."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.presence_policy_published.v1"
    policy: PresencePolicyView

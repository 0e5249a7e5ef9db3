"""Owned by services/routing: what changes together, is simulated and then published."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from .inventory import SetSafetyLevel
from .message import Command, Event, Query
from .presence import PublishPresencePolicy
from .routing import FenceKind, PublishFence, PublishOverflowRule, SetRoutingLimits
from .values import OrderId, Page, PlantId, ReleaseId, SimulationId


class ReleaseState(StrEnum):
    """DRAFT: it may be edited, and so may a SIMULATED one, which is a draft again then. PUBLISHED:
    it is what holds. RETIRED: another one was published after it."""

    DRAFT = "DRAFT"
    SIMULATED = "SIMULATED"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class Gate(StrEnum):
    """OPEN: a fence, a rule or the limits may be published alone. CLOSED: only in a release."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class FenceChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="FENCE"):
    """Key `FENCE:<plant>:<kind>:<name>`."""

    fence: PublishFence

    @property
    def key(self) -> str:
        fence = self.fence
        return f"FENCE:{fence.plant_id}:{fence.kind}:{fence.name.strip()}"


class FenceRemoval(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="FENCE_REMOVAL"
):
    """The plant has no fence of this kind and name any more. Its key is that of the fence."""

    plant_id: PlantId
    kind: FenceKind
    name: str

    @property
    def key(self) -> str:
        return f"FENCE:{self.plant_id}:{self.kind}:{self.name}"

    @property
    def aggregate(self) -> str:
        """That of the fence's events."""
        return f"fence:{self.plant_id}:{self.kind}:{self.name}"


class RuleChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="RULE"):
    """Key `RULE:<code>`."""

    rule: PublishOverflowRule

    @property
    def key(self) -> str:
        return f"RULE:{self.rule.code}"


class RuleRemoval(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="RULE_REMOVAL"
):
    """There is no rule of this code any more. Its key is that of the rule."""

    code: str

    @property
    def key(self) -> str:
        return f"RULE:{self.code}"


class LimitsChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="LIMITS"):
    """Key `LIMITS`."""

    limits: SetRoutingLimits

    @property
    def key(self) -> str:
        return "LIMITS"


class SafetyChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="SAFETY"):
    """Key `SAFETY:<location>:<sku>`. Inventory's to carry out: it follows the publication."""

    safety: SetSafetyLevel

    @property
    def key(self) -> str:
        return f"SAFETY:{self.safety.location_id}:{self.safety.sku.strip()}"


class PresenceChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="PRESENCE"):
    """Key `PRESENCE:<plant>`."""

    policy: PublishPresencePolicy

    @property
    def key(self) -> str:
        return f"PRESENCE:{self.policy.plant_id}"


Change = (
    FenceChange
    | FenceRemoval
    | RuleChange
    | RuleRemoval
    | LimitsChange
    | PresenceChange
    | SafetyChange
)


class ReleaseOverride(msgspec.Struct, frozen=True, kw_only=True):
    """A second person answers for publishing without a simulation."""

    by: str
    at: datetime
    reason: str


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """number         from 1 in each tenant, given when it is published; None before
    base           number of the release that was in force when it was drafted; 0: none was
    keys           of its changes, in their order; the changes are asked for by themselves
    content_sha256 over the changes
    simulation_id  the finished one that its state rests on, or None
    published_at   in force from then on
    version        of the release; an edit names the one it has seen
    """

    release_id: ReleaseId
    number: int | None
    title: str
    state: ReleaseState
    base: int
    keys: tuple[str, ...]
    content_sha256: str
    created_by: str
    created_at: datetime
    edited_by: str
    edited_at: datetime
    simulation_id: SimulationId | None
    override: ReleaseOverride | None
    published_by: str
    published_at: datetime | None
    version: int


class ReleasePage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one per release"""

    releases: tuple[ReleaseView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class ReleaseGateView(msgspec.Struct, frozen=True, kw_only=True):
    """in_force  number of the release that holds; 0 before the first"""

    gate: Gate
    in_force: int


class SimulationState(StrEnum):
    """OUTDATED: the release was edited, or another was published, before it had ended."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    OUTDATED = "OUTDATED"


class PlantLoad(msgspec.Struct, frozen=True, kw_only=True):
    plant_id: PlantId
    orders: int


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What the orders of a simulation come to, with the release or without it.

    placed      orders with stock for every line, by the figures that inventory saw at the time
    overflowed  of those, with a line that is not served by the first location of its chain
    split       of those, served by more than one location
    short       orders with a line for which no location of the chain had enough
    unknown     orders whose chain has a location that was never looked at for them
    unroutable  orders without a plant
    distance_p50_m, p90, p99  of orders with a plant, from the plant: geodesic, nearest rank; None
                without any
    load        orders by plant, by the plant's id; only plants with any
    """

    placed: int
    overflowed: int
    split: int
    short: int
    unknown: int
    unroutable: int
    distance_p50_m: float | None
    distance_p90_m: float | None
    distance_p99_m: float | None
    load: tuple[PlantLoad, ...]


class SightChange(msgspec.Struct, frozen=True, kw_only=True):
    """Of a user with roles at plants: how many of the open orders that change plant they would come
    to see, and how many they would see no more."""

    subject: str
    gained: int
    lost: int


class SimulationResult(msgspec.Struct, frozen=True, kw_only=True):
    """orders          that were simulated
    changed         of those, with another plant than without the release
    changed_sha256  over their ids and both plants, in the order of the list
    sight           by subject; only those for whom something changes; left out for readers who may
                    not read who has access
    """

    orders: int
    changed: int
    changed_sha256: str
    before: Outlook
    after: Outlook
    sight: tuple[SightChange, ...]


class SimulationView(msgspec.Struct, frozen=True, kw_only=True):
    """A draft tried on the orders that were decided in the last `days` days.

    base           number of the release that it is compared with
    since, until   when the orders were decided: inclusive, exclusive
    total, done    orders
    result_sha256  over the result as it was kept; None while it runs, or when it is OUTDATED
    """

    simulation_id: SimulationId
    release_id: ReleaseId
    state: SimulationState
    base: int
    days: int
    since: datetime
    until: datetime
    total: int
    done: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    result: SimulationResult | None
    result_sha256: str | None


class ChangedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that changes plant. A plant is None where the order has none.

    open  neither delivered nor cancelled when it was simulated
    """

    order_id: OrderId
    order_number: str
    from_plant: PlantId | None
    to_plant: PlantId | None
    open: bool


class ChangedOrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one per order"""

    orders: tuple[ChangedOrder, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class CoverageKind(StrEnum):
    """OVERLAP: two service areas of equal priority cover it. GAP: none does, and it is enclosed by
    them or lies in the territory. SLIVER: a part of a service area that is too narrow."""

    OVERLAP = "OVERLAP"
    GAP = "GAP"
    SLIVER = "SLIVER"


class CoveredBy(msgspec.Struct, frozen=True, kw_only=True):
    """A service area, in force or drafted."""

    plant_id: PlantId
    name: str
    priority: int


class CoverageFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One connected part.

    areas     the two that overlap, or the one that has a sliver
    geojson   a Polygon in WGS-84
    area_km2  on the ellipsoid
    width_m   twice the area over the perimeter: that of a long strip
    """

    kind: CoverageKind
    areas: tuple[CoveredBy, ...]
    geojson: dict[str, Any]
    area_km2: float
    width_m: float


class CoverageView(msgspec.Struct, frozen=True, kw_only=True):
    """findings  the largest first; more: there are others, or they are too large for one answer
    overlap_km2, gap_km2  of all
    """

    findings: tuple[CoverageFinding, ...]
    more: bool
    overlap_km2: float
    gap_km2: float


# Commands


class DraftRelease(Command[ReleaseView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.routing.draft_release.v1"
    release_id: ReleaseId
    title: str
    changes: tuple[Change, ...] = ()


class EditRelease(Command[ReleaseView], frozen=True, kw_only=True):
    """put      changes: each replaces the one of its key, or comes last
    remove   keys of changes that are taken out
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.edit_release.v1"
    release_id: ReleaseId
    expected_version: int
    put: tuple[Change, ...] = ()
    remove: tuple[str, ...] = ()


class OverrideRelease(Command[ReleaseView], frozen=True, kw_only=True):
    """Answer for publishing it as it is now. Not by whoever edited it last."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.override_release.v1"
    release_id: ReleaseId
    expected_version: int
    reason: str


class PublishRelease(Command[ReleaseView], frozen=True, kw_only=True):
    """All its changes from this instant on, or none. It needs a simulation newer than its last
    edit and than the last publication, or an override. Whoever publishes needs the right to
    publish each change alone as well."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_release.v1"
    release_id: ReleaseId
    expected_version: int


class RollBackRelease(Command[ReleaseView], frozen=True, kw_only=True):
    """Draft a release that brings back what held by `number`. It is simulated or overridden, and
    published, like any other."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.roll_back_release.v1"
    release_id: ReleaseId
    number: int


class SimulateRelease(Command[SimulationView], frozen=True, kw_only=True):
    """Begins it; it goes on by itself, whichever process ends meanwhile. days  1 to 90"""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.simulate_release.v1"
    simulation_id: SimulationId
    release_id: ReleaseId
    days: int


class SetReleaseGate(Command[ReleaseGateView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.routing.set_release_gate.v1"
    gate: Gate


# Queries


class ReleasesByIds(Query[tuple[ReleaseView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `ids`; None for what is absent."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.releases_by_ids.v1"
    ids: tuple[ReleaseId, ...]


class ReleaseChangesByIds(Query[tuple[tuple[Change, ...], ...]], frozen=True, kw_only=True):
    """In the order in which they were put; answers in the order of `ids`."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.release_changes_by_ids.v1"
    ids: tuple[ReleaseId, ...]


class ListReleases(Query[ReleasePage], frozen=True, kw_only=True):
    """Newest first, by when they were drafted."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_releases.v1"
    page: Page


class SimulationsByIds(Query[tuple[SimulationView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `ids`; None for what is absent."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.simulations_by_ids.v1"
    ids: tuple[SimulationId, ...]


class ListChangedOrders(Query[ChangedOrderPage], frozen=True, kw_only=True):
    """Orders that change plant, in the order in which they were decided."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_changed_orders.v1"
    simulation_id: SimulationId
    page: Page


class ReleaseCoverage(Query[CoverageView], frozen=True, kw_only=True):
    """What the service areas would leave out or claim twice if the release were published now.

    territory  GeoJSON in WGS-84 of the ground that should be covered; None: what the areas enclose
    narrow_m   parts of service areas below this width are slivers
    """

    SUBJECT: ClassVar = "hedgerow.qry.routing.release_coverage.v1"
    release_id: ReleaseId
    territory: dict[str, Any] | None = None
    narrow_m: float = 100.0


class GetReleaseGate(Query[ReleaseGateView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.get_release_gate.v1"


# Events


class ReleaseChanged(Event, frozen=True, kw_only=True):
    """A release was drafted, edited, simulated, overridden or published. Aggregate `release:<id>`.

    state  PUBLISHED is said once; that it was retired follows from the next publication
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.release_changed.v1"
    release_id: ReleaseId
    version: int
    state: ReleaseState


class ReleasePublished(Event, frozen=True, kw_only=True):
    """From now on this one holds. Aggregate `releases:<tenant>`; the event's version is `number`.
    A fence, a rule or the limits published alone are a release of one change.

    safety  levels that inventory sets on hearing this
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.release_published.v1"
    release_id: ReleaseId
    number: int
    keys: tuple[str, ...]
    published_at: datetime
    safety: tuple[SetSafetyLevel, ...] = ()


class SimulationProgressed(Event, frozen=True, kw_only=True):
    """A simulation began, came further or ended. The service itself goes on with it on hearing
    this. Aggregate `simulation:<id>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.simulation_progressed.v1"
    simulation_id: SimulationId
    state: SimulationState
    done: int
    total: int
    version: int


class ReleaseGateSet(Event, frozen=True, kw_only=True):
    """Aggregate `release_gate:<tenant>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.release_gate_set.v1"
    gate: Gate

"""Releases: what is drafted together, simulated and published as one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry
from hedgerow.contracts.releases import (
    FenceChange,
    FenceRemoval,
    GetReleaseGate,
    LimitsChange,
    ListReleases,
    PresenceChange,
    ReleaseGateView,
    ReleaseView,
    RuleChange,
    RuleRemoval,
    SafetyChange,
)

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import (
    Datum,
    FenceKind,
    Gate,
    PresenceAct,
    ReleaseState,
    SafetyTest,
)
from hedgerow_gateway.schema.fences import Circle
from hedgerow_gateway.schema.fields import derived, looked_up, query, shown
from hedgerow_gateway.schema.finding import to_location, to_plant
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.plants import Location, Plant
from hedgerow_gateway.schema.scalars import GeoJson
from hedgerow_gateway.schema.simulations import Simulation


@strawberry.type(description="A fence as it would be published.")
class DraftedFence:
    plant: Plant | None = to_plant("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = shown("类型", "Kind", "Presence, service area or exclusion.")
    name: str = shown("名称", "Name", "Replaces the plant's fence of this kind and name.")
    priority: int = shown("优先级", "Priority", "Where areas overlap, the higher one wins.")
    circle: Circle | None = shown(
        "圆", "Circle", "Null for an area given as GeoJSON or by divisions."
    )
    geojson: GeoJson | None = shown("GeoJSON", "GeoJSON", "As it was given, in its own datum.")
    divisions: list[str] = shown(
        "行政区划", "Divisions", "Codes; their newest boundaries count when it is published."
    )
    datum: Datum | None = shown("坐标系", "Datum", "Of the GeoJSON's coordinates.")
    valid_from: datetime | None = shown("有效自", "Valid from", "Null: from its publication on.")
    valid_to: datetime | None = shown("有效至", "Valid to", "Null: without an end.")


@strawberry.type(description="A fence that would be there no more.")
class FenceGone:
    plant: Plant | None = to_plant("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = shown("类型", "Kind", "Presence, service area or exclusion.")
    name: str = shown("名称", "Name", "The plant's own name for it.")


@strawberry.type(description="An overflow rule as it would be published.")
class DraftedRule:
    code: str = shown("规则代码", "Code", "Replaces the rule of this code.")
    name: str = shown("名称", "Name", "What people call it.")
    priority: int = shown("优先级", "Priority", "Among rules that match equally, the higher wins.")
    regions: list[str] = shown("区域", "Regions", "Empty: every region.")
    channels: list[str] = shown("渠道", "Channels", "Empty: every channel.")
    chain: list[Location | None] | None = looked_up(
        lambda load: load.location_chains,
        lambda rule: rule.chain,
        "库位链",
        "Chain",
        "Locations in the order in which they are tried.",
    )
    safety_test: SafetyTest = shown(
        "安全库存判定", "Safety test", "Whether what remains counts, or what is there."
    )
    condition: str = shown("条件", "Condition", "In CEL; empty: none.")
    max_locations: int | None = shown("拆单上限", "Split limit", "Locations an order; null: any.")
    max_distance_km: float | None = shown(
        "最大距离（公里）", "Largest distance (km)", "Of a location's plant from the address."
    )
    sla_hours: int | None = shown("时效（小时）", "SLA (hours)", "Null: none is promised.")


@strawberry.type(description="An overflow rule that would be in force no more.")
class RuleGone:
    code: str = shown("规则代码", "Code", "Of the rule in force.")


@strawberry.type(description="A safety level as it would be set.")
class DraftedSafety:
    location: Location | None = to_location("库位", "Location", "Where.")
    sku: str = shown("SKU", "SKU", "Code of the article.")
    level: Decimal = shown("安全库存", "Level", "What promising must leave, in the SKU's unit.")
    clear_percent: Decimal | None = shown(
        "恢复百分比", "Clear percent", "Above the level; null: it stays as it is."
    )


@strawberry.type(description="What would have to be done at a plant itself.")
class DraftedPolicy:
    plant: Plant | None = to_plant("工厂", "Plant", "Whose policy it is.")
    acts: list[PresenceAct] = shown("操作", "Acts", "Those that need presence.", entries=3)


@strawberry.type(description="One change of a release; exactly one of its members is there.")
class ReleaseChange:
    key: str = shown("键", "Key", "A release has at most one change of a key.")
    fence: DraftedFence | None = derived(
        lambda it: it.fence if isinstance(it, FenceChange) else None, "围栏", "Fence", "Or null."
    )
    removal: FenceGone | None = derived(
        lambda it: it if isinstance(it, FenceRemoval) else None, "移除围栏", "Removal", "Or null."
    )
    rule: DraftedRule | None = derived(
        lambda it: it.rule if isinstance(it, RuleChange) else None, "溢出规则", "Rule", "Or null."
    )
    rule_removal: RuleGone | None = derived(
        lambda it: it if isinstance(it, RuleRemoval) else None,
        "停用规则",
        "Rule removal",
        "Or null.",
    )
    max_distance_km: float | None = derived(
        lambda it: it.limits.max_distance_km if isinstance(it, LimitsChange) else None,
        "最大距离（公里）",
        "Largest distance (km)",
        "How far routing would reach, or null.",
    )
    safety: DraftedSafety | None = derived(
        lambda it: it.safety if isinstance(it, SafetyChange) else None,
        "安全库存",
        "Safety level",
        "Or null.",
    )
    policy: DraftedPolicy | None = derived(
        lambda it: it.policy if isinstance(it, PresenceChange) else None,
        "现场策略",
        "Presence policy",
        "Or null.",
    )


@strawberry.type(description="A second person answers for publishing without a simulation.")
class ReleaseOverride:
    by: str = shown("放行人", "By", "Not who edited it last.")
    at: datetime = shown("放行时间", "At", "When.")
    reason: str = shown("理由", "Reason", "In their words.")


@strawberry.type(description="Changes that are published as one, by one number.")
class Release:
    id: strawberry.ID = derived(
        lambda it: global_id("Release", it.release_id), "标识", "Id", "Opaque; also for evidence."
    )
    number: int | None = shown("版本号", "Number", "From 1; null until it is published.")
    title: str = shown("标题", "Title", "What people call it.")
    state: ReleaseState = shown("状态", "State", "Where it stands.")
    base: int = shown("基准版本", "Base", "Number of the one in force when it was drafted.")
    keys: list[str] = shown("变更键", "Keys", "Of its changes.", entries=5)
    changes: list[ReleaseChange] | None = looked_up(
        lambda load: load.release_changes,
        lambda it: it.release_id,
        "变更",
        "Changes",
        "In the order in which they were put.",
        entries=5,
    )
    content_sha256: str = shown("内容摘要", "Content SHA-256", "Over its changes.")
    created_by: str = shown("起草人", "Created by", "Who drafted it.")
    created_at: datetime = shown("起草时间", "Created at", "When.")
    edited_by: str = shown("最后编辑人", "Edited by", "Who edited it last.")
    edited_at: datetime = shown("最后编辑时间", "Edited at", "When.")
    simulation: Simulation | None = looked_up(
        lambda load: load.simulations,
        lambda it: it.simulation_id,
        "模拟",
        "Simulation",
        "The finished one that its state rests on.",
    )
    override: ReleaseOverride | None = shown("放行", "Override", "Null: nobody answers for it.")
    published_by: str | None = derived(
        lambda it: it.published_by or None, "发布人", "Published by", "Null until then."
    )
    published_at: datetime | None = shown("发布时间", "Published at", "In force from then on.")
    version: int = shown("修订号", "Version", "An edit names the one it has seen.")


@strawberry.type(description="Whether changes may be published alone, and what is in force.")
class ReleaseGate:
    gate: Gate = shown("闸门", "Gate", "OPEN or CLOSED.")
    in_force: int = shown("生效版本", "In force", "Number of the release; 0 before the first.")


async def release(info: Info, id: strawberry.ID) -> ReleaseView | None:
    return await info.context.load.releases.load(uuid_of("Release", id))


async def releases(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(ListReleases(page=page_of(info, first, last, after, before)))
    return Slice(page.releases, page.cursors, page.has_next, page.has_previous, page.total)


async def release_gate(info: Info) -> ReleaseGateView:
    return await info.context.ask(GetReleaseGate())


@strawberry.type
class ReleaseQueries:
    release: Release | None = query(release, "A release by its id.")
    releases: Connection[Release] | None = query(
        releases, "Releases and drafts, newest first.", paged=True
    )
    release_gate: ReleaseGate | None = query(
        release_gate, "Whether changes may be published alone, and which release is in force."
    )

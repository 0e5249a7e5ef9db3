"""Why an order went where it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import strawberry
from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.routing import AssignmentView, Candidate, DecisionView, LocatePoint
from hedgerow.contracts.values import LocationId

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import (
    AssignmentMethod,
    DecisionResult,
    Mismatch,
    SafetyTest,
    UnroutableReason,
)
from hedgerow_gateway.schema.fields import derived, query, shown
from hedgerow_gateway.schema.finding import to_location, to_plant
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.plants import Location, Plant
from hedgerow_gateway.schema.values import GeoPointInput, Position


@strawberry.type(description="A service area that covers the point.")
class CoveringArea:
    plant_code: str = shown("工厂代码", "Plant code", "Whose area it is.")
    version: int = shown("围栏版本", "Fence version", "Of the fence that was in force.")
    priority: int = shown("优先级", "Priority", "The higher one wins.")
    area_m2: float = shown("面积（平方米）", "Area (m²)", "At equal priority the smaller one wins.")
    chosen: bool = shown("选中", "Chosen", "Whether it decided.")
    excluded: bool = shown(
        "已排除", "Excluded", "Whether an exclusion of the same plant covers the point, too."
    )
    plant: Plant | None = to_plant("工厂", "Plant", "Null for those who may not see it.")


@strawberry.type(
    description="An exclusion that covers the point: its plant gets it neither by area nor by "
    "distance."
)
class CoveringExclusion:
    plant_code: str = shown("工厂代码", "Plant code", "Whose exclusion it is.")
    version: int = shown("围栏版本", "Fence version", "Of the fence that was valid.")
    plant: Plant | None = to_plant("工厂", "Plant", "Null for those who may not see it.")


@strawberry.type(description="How far a plant is from the point.")
class PlantDistance:
    plant_code: str = shown("工厂代码", "Plant code", "Of the plant.")
    distance_m: float = shown("距离（米）", "Distance (m)", "Geodesic, on the ellipsoid.")
    within_limit: bool = shown("在限制内", "Within limit", "Whether it is near enough.")
    chosen: bool = shown("选中", "Chosen", "Whether it decided.")
    plant: Plant | None = to_plant("工厂", "Plant", "Null for those who may not see it.")


@strawberry.type(description="Which plant a point belongs to, and why.")
class Assignment:
    point: Position = shown("位置", "Point", "In WGS-84.")
    method: AssignmentMethod = shown("方式", "Method", "How the plant was found.")
    plant: Plant | None = to_plant("工厂", "Plant", "Null when unroutable or hidden.")
    unroutable: UnroutableReason | None = shown(
        "无法路由原因", "Unroutable", "Why no plant was found; null when one was."
    )
    areas: list[CoveringArea] = shown("覆盖区域", "Areas", "In the order that decides.")
    distances: list[PlantDistance] = shown(
        "距离", "Distances", "Of the plants that were compared; nearest first."
    )
    exclusions: list[CoveringExclusion] = shown(
        "排除区域", "Exclusions", "Those that cover the point, by plant code."
    )
    max_distance_km: float = shown("最大距离（公里）", "Limit (km)", "In force at that time.")


@strawberry.type(description="An overflow rule as it was weighed.")
class RuleWeighed:
    code: str = shown("规则代码", "Code", "Of the rule.")
    version: int = shown("版本", "Version", "In force at that time.")
    priority: int = shown("优先级", "Priority", "The higher one wins.")
    specificity: int | None = shown(
        "条件数", "Specificity", "How many facts it names; the more wins. Null in older decisions."
    )
    matched: bool = shown("匹配", "Matched", "Whether region, channel and condition fit.")
    mismatch: Mismatch | None = shown(
        "不匹配原因", "Mismatch", "Null where it matched, and in older decisions."
    )
    detail: str = shown("说明", "Detail", "What a condition met that could not be asked.")
    chosen: bool = shown("选中", "Chosen", "Whether it decided.")


@strawberry.type(description="A location of the rule that lies too far from the address.")
class LocationLeftOut:
    location_code: str = shown("库位代码", "Location code", "Of the location.")
    location: Location | None = to_location("库位", "Location", "The location.")
    distance_m: float = shown("距离（米）", "Distance (m)", "Geodesic, from the location's plant.")
    max_distance_km: float = shown("最大距离（公里）", "Limit (km)", "Of the rule.")


@dataclass(frozen=True, slots=True)
class CandidateSeen:
    """A candidate and what inventory saw at it."""

    candidate: Candidate
    checks: Sequence[SeenStock]

    @property
    def location_id(self) -> LocationId:
        return self.candidate.location_id


@strawberry.type(description="The test of one line at one location, with the stock row locked.")
class CandidateCheck:
    line_no: int = shown("行号", "Line", "Of the order.")
    sku: str = shown("SKU", "SKU", "Code of the article.")
    requested: Decimal = shown("需求数量", "Requested", "In the SKU's unit.")
    available: Decimal = shown("可用数量", "Available", "Before the safety level is taken off.")
    safety_level: Decimal = shown("安全库存", "Safety level", "What promising must leave.")
    passed: bool = shown("通过", "Passed", "Whether the line was placed here.")
    reason: str = shown(
        "原因",
        "Reason",
        "Empty, INSUFFICIENT, BELOW_SAFETY, OVERFLOWING, NOT_STOCKED or SPLIT_LIMIT.",
    )
    tripped: bool = shown(
        "溢出中",
        "Tripped",
        "Whether overflow had tripped: OVERFLOWING if the line alone would pass.",
    )
    clear_level: Decimal | None = shown(
        "恢复水位",
        "Clear level",
        "How many had to be available to clear it; null before that was kept.",
    )


@strawberry.type(description="A location that was tried, and what was seen there.")
class RoutingCandidate:
    rank: int = derived(lambda it: it.candidate.rank, "顺位", "Rank", "From 1.")
    location_code: str = derived(
        lambda it: it.candidate.location_code, "库位代码", "Location code", "Of the location."
    )
    location: Location | None = to_location("库位", "Location", "The location.")
    passed: bool | None = derived(
        lambda it: any(check.passed for check in it.checks) if it.checks else None,
        "通过",
        "Passed",
        "Whether a line was placed here; null when none came this far, or it is not for you.",
    )
    checks: list[CandidateCheck] = shown(
        "判定", "Checks", "One per line that came this far; empty until inventory has answered."
    )


@strawberry.type(description="A line as it was routed.")
class RoutedLine:
    line_no: int = shown("行号", "Line", "Of the order.")
    sku: str = shown("SKU", "SKU", "Code of the article.")
    quantity: Decimal = shown("数量", "Quantity", "In the SKU's unit.")


def _chain(decision: DecisionView) -> list[CandidateSeen]:
    return [
        CandidateSeen(
            candidate,
            [seen for seen in decision.seen if seen.location_id == candidate.location_id],
        )
        for candidate in decision.chain
    ]


@published(DecisionView, "Everything that the routing of an order saw and decided.")
class RoutingDecision(Node):
    order_id: strawberry.ID = derived(
        lambda decision: global_id("Order", decision.order_id), "订单标识", "Order id", "Its order."
    )
    order_number: str = shown("订单号", "Order number", "Of its order.")
    channel: str = shown("渠道", "Channel", "Where the order came from.")
    region: str = shown("区域", "Region", "Where it goes.")
    lines: list[RoutedLine] = shown("订单行", "Lines", "What was asked for.")
    assignment: Assignment = shown("归属", "Assignment", "Which plant, and why.")
    rules: list[RuleWeighed] = shown("规则", "Rules", "Those in force, in the order of trial.")
    chain: list[RoutingCandidate] = derived(
        _chain, "候选库位", "Chain", "Candidates in the order in which they were tried."
    )
    left_out: list[LocationLeftOut] = shown(
        "超距库位", "Left out", "Locations of the rule that are too far; not those hidden from you."
    )
    safety_test: SafetyTest | None = shown(
        "安全库存判定", "Safety test", "Null when no rule was chosen."
    )
    max_locations: int | None = shown(
        "拆单上限", "Split limit", "Over how many locations it may be split; null: as it comes."
    )
    sla_hours: int | None = shown(
        "时效（小时）", "SLA (hours)", "Within which the rule promises it; null: nothing promised."
    )
    result: DecisionResult = shown("结果", "Result", "PENDING until inventory has answered.")
    release: int = shown("发布版本", "Release", "Number of the one in force; 0 before the first.")
    decided_at: datetime = shown("决策时间", "Decided at", "When the candidates were ranked.")
    settled_at: datetime | None = shown("落定时间", "Settled at", "When inventory answered.")


async def locate_point(info: Info, point: GeoPointInput) -> AssignmentView:
    return await info.context.ask(LocatePoint(point=point.contract()))


async def routing_decision(info: Info, id: strawberry.ID) -> DecisionView | None:
    return await info.context.load.decisions.load(uuid_of("RoutingDecision", id))


@strawberry.type
class DecisionQueries:
    locate_point: Assignment | None = query(
        locate_point, "Which plant a point belongs to, and why."
    )
    routing_decision: RoutingDecision | None = query(routing_decision, "A routing decision by id.")

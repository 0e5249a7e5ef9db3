"""What service areas would leave out or claim twice."""

from __future__ import annotations

import strawberry
from hedgerow.contracts.releases import CoverageView, ReleaseCoverage

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import CoverageKind
from hedgerow_gateway.schema.fields import query, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.scalars import GeoJson
from hedgerow_gateway.schema.values import given


@strawberry.type(description="A service area, in force or drafted.")
class CoverageArea:
    plant: Plant | None = to_plant("工厂", "Plant", "Whose area it is.")
    name: str = shown("名称", "Name", "The plant's own name for it.")
    priority: int = shown("优先级", "Priority", "Where areas overlap, the higher one wins.")


@strawberry.type(description="One connected part of the map that deserves a look.")
class CoverageFinding:
    kind: CoverageKind = shown("类型", "Kind", "Overlap, gap or sliver.")
    areas: list[CoverageArea] = shown(
        "服务区", "Areas", "The two that overlap, or the one with the sliver.", entries=2
    )
    geojson: GeoJson = shown("GeoJSON", "GeoJSON", "A Polygon in WGS-84.")
    area_km2: float = shown("面积（平方公里）", "Area (km²)", "On the ellipsoid.")
    width_m: float = shown(
        "宽度（米）", "Width (m)", "Twice the area over the perimeter: that of a long strip."
    )


@strawberry.type(description="What service areas would leave out or claim twice.")
class Coverage:
    findings: list[CoverageFinding] = shown(
        "发现", "Findings", "The largest first, at most 200.", entries=20
    )
    more: bool = shown("还有更多", "More", "Whether there are others.")
    overlap_km2: float = shown("重叠（平方公里）", "Overlap (km²)", "Of all overlaps.")
    gap_km2: float = shown("缺口（平方公里）", "Gap (km²)", "Of all gaps.")


async def release_coverage(
    info: Info,
    release_id: strawberry.ID,
    territory: GeoJson | None = strawberry.UNSET,
    narrow_m: float | None = strawberry.UNSET,
) -> CoverageView:
    """territory  in WGS-84; without one a gap is what the areas enclose"""
    narrow = given(narrow_m)
    return await info.context.ask(
        ReleaseCoverage(
            release_id=uuid_of("Release", release_id, field="releaseId"),
            territory=given(territory),
            narrow_m=100.0 if narrow is None else narrow,
        )
    )


@strawberry.type
class CoverageQueries:
    release_coverage: Coverage | None = query(
        release_coverage,
        "Overlaps at equal priority, gaps and slivers if the release were published now. A gap is"
        " what the areas enclose, or what they leave of the territory, a GeoJSON area in WGS-84.",
    )

"""A report on what service areas would cover."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hedgerow.contracts.releases import CoverageFinding, CoverageKind, CoverageView
from hedgerow.errors import Invalid

MOST_FINDINGS = 200
MOST_BYTES = 3_000_000  # one answer carries 4 MB
MOST_NARROW_M = 100_000.0


class BadWidth(Invalid):
    code = "WIDTH_INVALID"


def width(value: float, field: str) -> float:
    """Raises BadWidth."""
    if not 0 <= value <= MOST_NARROW_M:  # false for NaN too
        raise BadWidth(
            f"A width is 0 to {MOST_NARROW_M:.0f} metres.",
            f"宽度须为 0 至 {MOST_NARROW_M:.0f} 米",
            field=field,
        )
    return value


def report(findings: Sequence[CoverageFinding]) -> CoverageView:
    """The largest first, as many as one answer carries."""
    ranked = sorted(findings, key=lambda each: (-each.area_km2, each.kind, each.geojson["type"]))
    kept: list[CoverageFinding] = []
    left = MOST_BYTES
    for each in ranked[:MOST_FINDINGS]:
        left -= len(msgspec.json.encode(each))
        if left < 0:
            break
        kept.append(each)
    return CoverageView(
        findings=tuple(kept),
        more=len(kept) < len(ranked),
        overlap_km2=_total(findings, CoverageKind.OVERLAP),
        gap_km2=_total(findings, CoverageKind.GAP),
    )


def _total(findings: Sequence[CoverageFinding], kind: CoverageKind) -> float:
    return sum(each.area_km2 for each in findings if each.kind is kind)

"""What routing is told beyond the settings of every service."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.settings import setting


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """`serve` of routing."""

    routing_area_index: bool = setting(
        "look points up in memory; false: PostGIS looks up every one", default=True
    )

"""Which plant a point belongs to."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from hedgerow.contracts.routing import (
    AreaTrace,
    AssignmentMethod,
    AssignmentView,
    DistanceTrace,
    ExclusionTrace,
    FenceKind,
    UnroutableReason,
)
from hedgerow.contracts.values import FenceId, LonLat, PlantId
from msgspec.structs import replace

from .distance import nearest
from .network import Network

TRACED_DISTANCES = 5


@dataclass(frozen=True, slots=True)
class CoveringArea:
    """A service area, or an exclusion, that is valid and covers the point; its border belongs to
    it."""

    fence_id: FenceId
    version: int
    plant_id: PlantId
    priority: int
    area_m2: float
    kind: FenceKind = FenceKind.SERVICE_AREA


def assign(point: LonLat, areas: Sequence[CoveringArea], network: Network) -> AssignmentView:
    """The plant of the service area with the highest priority, then the smallest area, then the
    lowest plant code. Where none covers the point: the nearest plant, if it is near enough. A plant
    with an exclusion that covers the point is neither: who says that an address is not theirs does
    not mean to get it by distance.

    The answer explains itself with every area and exclusion that covers the point, or with the five
    nearest plants.
    """
    services = [area for area in areas if area.kind is FenceKind.SERVICE_AREA]
    exclusions = [area for area in areas if area.kind is FenceKind.EXCLUSION]
    excluded = {area.plant_id for area in exclusions}
    traces = _ranked(services, excluded, network)
    told = _told(exclusions, network)
    if traces and traces[0].chosen:
        return AssignmentView(
            point=point,
            method=AssignmentMethod.SERVICE_AREA,
            plant_id=traces[0].plant_id,
            unroutable=None,
            areas=traces,
            distances=(),
            max_distance_km=network.max_distance_km,
            exclusions=told,
        )
    eligible = (plant for plant in network.plants.values() if plant.plant_id not in excluded)
    found = nearest(point, eligible, TRACED_DISTANCES)
    limit_m = network.max_distance_km * 1000
    within = bool(found) and found[0][0] <= limit_m
    unroutable = None
    if not within:
        unroutable = UnroutableReason.OUT_OF_RANGE if found else UnroutableReason.NO_PLANT
    return AssignmentView(
        point=point,
        method=AssignmentMethod.NEAREST if within else AssignmentMethod.NONE,
        plant_id=found[0][1].plant_id if within else None,
        unroutable=unroutable,
        areas=traces,
        distances=tuple(
            DistanceTrace(
                plant_id=plant.plant_id,
                plant_code=plant.code,
                distance_m=distance_m,
                within_limit=distance_m <= limit_m,
                chosen=within and place == 0,
            )
            for place, (distance_m, plant) in enumerate(found)
        ),
        max_distance_km=network.max_distance_km,
        exclusions=told,
    )


def _ranked(
    areas: Sequence[CoveringArea], excluded: Container[PlantId], network: Network
) -> tuple[AreaTrace, ...]:
    def rank(area: CoveringArea) -> tuple[bool, int, float, str, FenceId]:
        code = network.plants[area.plant_id].code
        return (area.plant_id in excluded, -area.priority, area.area_m2, code, area.fence_id)

    return tuple(
        AreaTrace(
            fence_id=area.fence_id,
            version=area.version,
            plant_id=area.plant_id,
            plant_code=network.plants[area.plant_id].code,
            priority=area.priority,
            area_m2=area.area_m2,
            chosen=place == 0 and area.plant_id not in excluded,
            excluded=area.plant_id in excluded,
        )
        for place, area in enumerate(sorted(areas, key=rank))
    )


def _told(exclusions: Sequence[CoveringArea], network: Network) -> tuple[ExclusionTrace, ...]:
    traces = [
        ExclusionTrace(
            fence_id=area.fence_id,
            version=area.version,
            plant_id=area.plant_id,
            plant_code=network.plants[area.plant_id].code,
        )
        for area in exclusions
    ]
    return tuple(sorted(traces, key=lambda trace: (trace.plant_code, trace.fence_id)))


def as_seen_by(assignment: AssignmentView, may_see: Callable[[PlantId], bool]) -> AssignmentView:
    """Without what it says about plants that may not be seen."""
    return replace(
        assignment,
        areas=tuple(area for area in assignment.areas if may_see(area.plant_id)),
        distances=tuple(each for each in assignment.distances if may_see(each.plant_id)),
        exclusions=tuple(each for each in assignment.exclusions if may_see(each.plant_id)),
    )

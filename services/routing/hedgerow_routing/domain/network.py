"""A tenant's plants, locations, rules and limit, as one routing decision needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from hedgerow.contracts.routing import DEFAULT_TIME_ZONE, OverflowRuleView, SafetyTest
from hedgerow.contracts.values import LocationId, LonLat, PlantId, RuleId

from .condition import MOST_COMPILED, names_of

DEFAULT_MAX_DISTANCE_KM = 500.0


class Plant(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is, in WGS-84. time_zone  its name in the IANA database"""

    plant_id: PlantId
    code: str
    lon: float
    lat: float
    time_zone: str = DEFAULT_TIME_ZONE

    @property
    def point(self) -> LonLat:
        return LonLat(self.lon, self.lat)


class Location(msgspec.Struct, frozen=True, kw_only=True):
    location_id: LocationId
    plant_id: PlantId
    code: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """An overflow rule in force, as OverflowRuleView tells of it."""

    rule_id: RuleId
    code: str
    version: int
    priority: int
    regions: tuple[str, ...]
    channels: tuple[str, ...]
    chain: tuple[LocationId, ...]
    safety_test: SafetyTest
    condition: str = ""
    max_locations: int | None = None
    max_distance_km: float | None = None
    sla_hours: int | None = None


AnyRule = Rule | OverflowRuleView


def specificity(rule: AnyRule) -> int:
    """How many facts about an order it names: its regions are one, its channels are one, and so is
    each variable of its condition."""
    return _named(rule.condition, bool(rule.regions), bool(rule.channels))


@lru_cache(maxsize=MOST_COMPILED)  # asked for each rule of each order
def _named(condition: str, regions: bool, channels: bool) -> int:
    named = set(names_of(condition))
    if regions:
        named.add("order.region")
    if channels:
        named.add("order.channel")
    return len(named)


def strength(rule: AnyRule) -> tuple[int, int]:
    """Of two rules that match, the one with the greater strength wins."""
    return (specificity(rule), rule.priority)


def turn(rule: AnyRule) -> tuple[int, int, str]:
    """Sorts rules into the order in which they are tried: by strength, then by code."""
    named, priority = strength(rule)
    return (-named, -priority, rule.code)


@dataclass(frozen=True, slots=True)
class Network:
    """locations_of    each plant's own, by code
    rules           in force, in the order in which they are tried
    limits_version  None while no limit was ever set
    release         number of the release in force; 0 before the first
    """

    plants: Mapping[PlantId, Plant]
    locations: Mapping[LocationId, Location]
    locations_of: Mapping[PlantId, tuple[Location, ...]]
    rules: tuple[Rule, ...]
    max_distance_km: float
    limits_version: int | None
    release: int = 0

    @classmethod
    def of(
        cls,
        plants: Iterable[Plant],
        locations: Iterable[Location] = (),
        rules: Iterable[Rule] = (),
        max_distance_km: float = DEFAULT_MAX_DISTANCE_KM,
        limits_version: int | None = None,
        release: int = 0,
    ) -> Network:
        by_code = sorted(locations, key=lambda location: location.code)
        owned: defaultdict[PlantId, list[Location]] = defaultdict(list)
        for location in by_code:
            owned[location.plant_id].append(location)
        return cls(
            plants={plant.plant_id: plant for plant in plants},
            locations={location.location_id: location for location in by_code},
            locations_of={plant_id: tuple(own) for plant_id, own in owned.items()},
            rules=tuple(sorted(rules, key=turn)),
            max_distance_km=max_distance_km,
            limits_version=limits_version,
            release=release,
        )

"""Where an order's stock is looked for: overflow rules and the chain of locations they give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hedgerow.contracts.fields import code, counted, each_once
from hedgerow.contracts.routing import (
    Candidate,
    LeftOut,
    Mismatch,
    OverflowRuleView,
    PublishOverflowRule,
    RuleTrace,
    SafetyTest,
)
from hedgerow.contracts.values import LocationId, LonLat, PlantId
from hedgerow.errors import Invalid
from msgspec.structs import replace

from .condition import ConditionFailed, ConditionInvalid, Facts, asked, checked, compiled
from .distance import distance_m
from .edition import Edition
from .fields import name, priority
from .limits import HALF_ROUND_KM, BadLimit
from .network import Location, Network, Rule, specificity

MOST_IN_CHAIN = 20
MOST_CONDITIONS = 100
MOST_LOCATIONS = 5
MOST_HOURS = 8760


class UnknownLocation(Invalid):
    code = "LOCATION_UNKNOWN"


def new_rule(command: PublishOverflowRule, *, at: datetime) -> OverflowRuleView:
    """As a first version. Raises Invalid, naming the field; its message says what is wrong with a
    condition, and where."""
    counted(command.chain, "chain", most=MOST_IN_CHAIN)
    each_once(command.chain, "chain")
    return OverflowRuleView(
        rule_id=command.rule_id,
        code=code(command.code, "code", capitals=True),
        name=name(command.name, "name"),
        version=1,
        priority=priority(command.priority, "priority"),
        regions=_conditions(command.regions, "regions"),
        channels=_conditions(command.channels, "channels"),
        chain=command.chain,
        safety_test=command.safety_test,
        active_from=at,
        condition=checked(command.condition, "condition"),
        max_locations=_within(command.max_locations, "max_locations", MOST_LOCATIONS),
        max_distance_km=_distance(command.max_distance_km, "max_distance_km"),
        sla_hours=_within(command.sla_hours, "sla_hours", MOST_HOURS),
    )


def after(last: Edition | None, rule: OverflowRuleView) -> OverflowRuleView:
    """The same, as the version that follows."""
    edition = Edition.after(last, rule.active_from)
    return replace(rule, version=edition.version, active_from=edition.active_from)


def ended(rule: OverflowRuleView, *, at: datetime) -> Edition:
    """The retirement of the rule: it takes the place of a version."""
    return Edition.after(Edition(rule.version, rule.active_from), at)


def check_chain(chain: Iterable[LocationId], known: Collection[LocationId]) -> None:
    """Raises UnknownLocation, naming the first that is not known."""
    for position, location_id in enumerate(chain):
        if location_id not in known:
            raise UnknownLocation(
                "There is no such location.", "该库位不存在", field=f"chain.{position}"
            )


def match(rules: Sequence[Rule], facts: Facts) -> tuple[Rule | None, tuple[RuleTrace, ...]]:
    """The first rule that matches, of `rules` in the order in which they are tried, and what
    became of each."""
    shared = asked(facts) if any(rule.condition for rule in rules) else None
    chosen: Rule | None = None
    traces = []
    for rule in rules:
        mismatch, detail = _mismatch(rule, facts, shared)
        first = mismatch is None and chosen is None
        if first:
            chosen = rule
        traces.append(
            RuleTrace(
                rule_id=rule.rule_id,
                code=rule.code,
                version=rule.version,
                priority=rule.priority,
                matched=mismatch is None,
                chosen=first,
                mismatch=mismatch,
                detail=detail,
                specificity=specificity(rule),
            )
        )
    return chosen, tuple(traces)


def _mismatch(rule: Rule, facts: Facts, shared: Any) -> tuple[Mismatch | None, str]:
    """A condition is asked last, and one that cannot answer does not match: no order waits for a
    rule to be mended."""
    if rule.regions and facts["order.region"] not in rule.regions:
        return Mismatch.REGION, ""
    if rule.channels and facts["order.channel"] not in rule.channels:
        return Mismatch.CHANNEL, ""
    if not rule.condition:
        return None, ""
    try:
        holds = compiled(rule.condition).holds(shared)
    except (ConditionFailed, ConditionInvalid) as failure:
        return Mismatch.CONDITION_ERROR, str(failure)
    return (None if holds else Mismatch.CONDITION_FALSE), ""


@dataclass(frozen=True, slots=True)
class Chain:
    """left_out  what the rule names, and its distance limit takes away"""

    candidates: tuple[Candidate, ...]
    safety_test: SafetyTest
    left_out: tuple[LeftOut, ...] = ()


def chain_of(rule: Rule | None, plant_id: PlantId, network: Network, point: LonLat) -> Chain:
    """The rule's locations in its order, with its safety test. Without a rule: the plant's own
    locations by code, and the stricter test.

    point  where the order goes
    """
    if rule is None:
        return Chain(_ranked(network.locations_of.get(plant_id, ())), SafetyTest.AFTER)
    named = [network.locations[each] for each in rule.chain]
    left_out = _left_out(named, rule.max_distance_km, network, point)
    gone = {each.location_id for each in left_out}
    near = (location for location in named if location.location_id not in gone)
    return Chain(_ranked(near), rule.safety_test, left_out)


def _left_out(
    named: Iterable[Location], limit_km: float | None, network: Network, point: LonLat
) -> tuple[LeftOut, ...]:
    if limit_km is None:
        return ()
    measured = ((each, distance_m(point, network.plants[each.plant_id].point)) for each in named)
    return tuple(
        LeftOut(
            location_id=location.location_id,
            location_code=location.code,
            plant_id=location.plant_id,
            distance_m=metres,
            max_distance_km=limit_km,
        )
        for location, metres in measured
        if metres > limit_km * 1000
    )


def _ranked(locations: Iterable[Location]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            rank=rank,
            location_id=location.location_id,
            location_code=location.code,
            plant_id=location.plant_id,
        )
        for rank, location in enumerate(locations, start=1)
    )


def _conditions(values: tuple[str, ...], field: str) -> tuple[str, ...]:
    counted(values, field, least=0, most=MOST_CONDITIONS)
    named = tuple(name(value, f"{field}.{position}") for position, value in enumerate(values))
    each_once(named, field)
    return named


def _within(value: int | None, field: str, most: int) -> int | None:
    if value is not None and not 1 <= value <= most:
        raise BadLimit(
            f"This takes a whole number from 1 to {most}, or nothing.",
            f"此项须为 1 至 {most} 的整数，或留空",
            field=field,
        )
    return value


def _distance(value: float | None, field: str) -> float | None:
    if value is not None and not 0 < value <= HALF_ROUND_KM:  # false for NaN too
        raise BadLimit(
            f"A distance is more than 0 and at most {HALF_ROUND_KM:.0f} km.",
            f"距离须大于 0 且不超过 {HALF_ROUND_KM:.0f} 公里",
            field=field,
        )
    return value

"""Where an order's stock is looked for: overflow rules and the chain of locations they give."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from hedgerow.contracts.fields import code, counted, each_once
from hedgerow.contracts.routing import (
    Candidate,
    OverflowRuleView,
    PublishOverflowRule,
    RuleTrace,
    SafetyTest,
)
from hedgerow.contracts.values import LocationId, PlantId
from hedgerow.errors import Invalid
from msgspec.structs import replace

from .edition import Edition
from .fields import name, priority
from .network import Location, Network, Rule

MOST_IN_CHAIN = 20
MOST_CONDITIONS = 100


class UnknownLocation(Invalid):
    code = "LOCATION_UNKNOWN"


def new_rule(command: PublishOverflowRule, *, at: datetime) -> OverflowRuleView:
    """As a first version. Raises Invalid, naming the field."""
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
    )


def after(last: Edition | None, rule: OverflowRuleView) -> OverflowRuleView:
    """The same, as the version that follows."""
    edition = Edition.after(last, rule.active_from)
    return replace(rule, version=edition.version, active_from=edition.active_from)


def check_chain(chain: Iterable[LocationId], known: Collection[LocationId]) -> None:
    """Raises UnknownLocation, naming the first that is not known."""
    for position, location_id in enumerate(chain):
        if location_id not in known:
            raise UnknownLocation(
                "There is no such location.", "该库位不存在", field=f"chain.{position}"
            )


def match(
    rules: Iterable[Rule], region: str, channel: str
) -> tuple[Rule | None, tuple[RuleTrace, ...]]:
    """The first rule that matches, of `rules` in the order in which they are tried, and what
    became of each."""
    chosen: Rule | None = None
    traces = []
    for rule in rules:
        matched = rule.matches(region, channel)
        first = matched and chosen is None
        if first:
            chosen = rule
        traces.append(
            RuleTrace(
                rule_id=rule.rule_id,
                code=rule.code,
                version=rule.version,
                priority=rule.priority,
                matched=matched,
                chosen=first,
            )
        )
    return chosen, tuple(traces)


def chain_of(
    rule: Rule | None, plant_id: PlantId, network: Network
) -> tuple[tuple[Candidate, ...], SafetyTest]:
    """The rule's locations in its order, with its safety test. Without a rule: the plant's own
    locations by code, and the stricter test."""
    if rule is None:
        return _ranked(network.locations_of.get(plant_id, ())), SafetyTest.AFTER
    return _ranked(network.locations[each] for each in rule.chain), rule.safety_test


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

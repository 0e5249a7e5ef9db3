"""A draft tried on orders of the past: what each would have become without it, and with it."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from hedgerow.contracts.releases import (
    Change,
    ChangedOrder,
    FenceChange,
    FenceRemoval,
    LimitsChange,
    Outlook,
    PlantLoad,
    RuleChange,
    RuleRemoval,
    SafetyChange,
    SightChange,
    SimulationResult,
)
from hedgerow.contracts.routing import FenceKind, PublishFence
from hedgerow.contracts.values import DecisionId, PlantId

from .assignment import CoveringArea
from .decision import decide
from .distance import distance_m
from .division import Division
from .fence import Fence
from .network import Network, Rule
from .overflow import new_rule
from .snapshot import Snapshot
from .sourcing import Levels, Sourced, sourced


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Counts that add up. sourced  by outcome; load: orders by plant"""

    unroutable: int = 0
    sourced: dict[str, int] = {}
    load: dict[PlantId, int] = {}


@dataclass(slots=True)
class Side:
    """One of the two networks. distances_m  of orders with a plant
    levels  safety levels that are others than what inventory saw
    """

    network: Network
    levels: Levels = field(default_factory=dict)
    unroutable: int = 0
    sourced: Counter[str] = field(default_factory=Counter)
    load: Counter[PlantId] = field(default_factory=Counter)
    distances_m: list[float] = field(default_factory=list)

    def take(self, order: Snapshot, areas: Sequence[CoveringArea], at: datetime) -> PlantId | None:
        """The plant that the order has here."""
        decision = decide(order, areas, self.network, decision_id=DecisionId(order.order_id), at=at)
        plant_id = decision.assignment.plant_id
        if plant_id is None or decision.safety_test is None:
            self.unroutable += 1
            return None
        came = Sourced.UNKNOWN
        if order.told or not any(rule.condition for rule in self.network.rules):
            came = sourced(
                order.lines,
                [each.location_id for each in decision.chain],
                decision.safety_test,
                order.seen,
                self.levels,
                decision.max_locations,
            )
        self.sourced[came] += 1
        self.load[plant_id] += 1
        self.distances_m.append(distance_m(order.point, self.network.plants[plant_id].point))
        return plant_id

    def tally(self) -> Tally:
        return Tally(unroutable=self.unroutable, sourced=dict(self.sourced), load=dict(self.load))


@dataclass(frozen=True, slots=True)
class Found:
    """What came of some orders."""

    before: Side
    after: Side
    changed: tuple[ChangedOrder, ...]


def simulate(
    orders: Sequence[Snapshot],
    areas: Sequence[tuple[Sequence[CoveringArea], Sequence[CoveringArea]]],
    sides: tuple[Side, Side],
    *,
    at: datetime,
) -> Found:
    """areas  of each order, without the draft and with it; sides likewise, and nothing taken yet"""
    before, after = sides
    changed = []
    for order, (now, then) in zip(orders, areas, strict=True):
        here, there = before.take(order, now, at), after.take(order, then, at)
        if here != there:
            changed.append(
                ChangedOrder(
                    order_id=order.order_id,
                    order_number=order.number,
                    from_plant=here,
                    to_plant=there,
                    open=order.open,
                )
            )
    return Found(before, after, tuple(changed))


def drafted(network: Network, changes: Iterable[Change], *, at: datetime) -> Network:
    """The network as it would be with the changes; areas are no part of it."""
    rules = {rule.code: rule for rule in network.rules}
    kilometres = network.max_distance_km
    for change in changes:
        match change:
            case RuleChange(rule=command):
                rule = new_rule(command, at=at)
                rules[rule.code] = Rule(**{n: getattr(rule, n) for n in Rule.__struct_fields__})
            case RuleRemoval(code=code):
                rules.pop(code, None)
            case LimitsChange(limits=limits):
                kilometres = limits.max_distance_km
    return Network.of(
        network.plants.values(),
        network.locations.values(),
        rules.values(),
        kilometres,
        network.limits_version,
        network.release,
    )


def drawn_areas(
    changes: Iterable[Change], divisions: Mapping[str, Division], *, at: datetime
) -> list[Fence]:
    """The service areas and exclusions among them, whenever they are to be valid. 20,000 vertices
    take most of a second.

    divisions  those that are known of the codes they are drawn by
    """
    return [
        Fence.draw(change.fence, at=at, divisions=divisions)
        for change in changes
        if isinstance(change, FenceChange) and change.fence.kind is not FenceKind.PRESENCE
    ]


def codes_of(changes: Iterable[Change]) -> list[str]:
    """Of the divisions by which their fences are drawn."""
    fences = (change.fence for change in changes if isinstance(change, FenceChange))
    return sorted({code for fence in fences for code in fence.divisions})


def levels_of(changes: Iterable[Change]) -> Levels:
    return {
        (change.safety.location_id, change.safety.sku.strip()): change.safety
        for change in changes
        if isinstance(change, SafetyChange)
    }


def replaced_areas(changes: Iterable[Change]) -> set[tuple[PlantId, FenceKind, str]]:
    """Plants, kinds and names of the fences that these replace or remove."""
    named: list[FenceRemoval | PublishFence] = [
        change.fence if isinstance(change, FenceChange) else change
        for change in changes
        if isinstance(change, FenceChange | FenceRemoval)
    ]
    return {(each.plant_id, each.kind, each.name.strip()) for each in named}


def result_of(
    tallies: Sequence[tuple[Tally, Tally]],
    distances_m: tuple[Sequence[float], Sequence[float]],
    changed: Sequence[ChangedOrder],
    sight: Sequence[SightChange],
) -> SimulationResult:
    """tallies, distances_m  of all steps: without the draft, and with it"""
    told = "".join(f"{e.order_id} {e.from_plant} {e.to_plant}\n" for e in changed)
    before = _outlook([each for each, _ in tallies], distances_m[0])
    return SimulationResult(
        orders=sum(each.orders for each in before.load) + before.unroutable,
        changed=len(changed),
        changed_sha256=hashlib.sha256(told.encode()).hexdigest(),
        before=before,
        after=_outlook([each for _, each in tallies], distances_m[1]),
        sight=tuple(sight),
    )


def _outlook(tallies: Sequence[Tally], distances_m: Sequence[float]) -> Outlook:
    came: Counter[str] = Counter()
    load: Counter[PlantId] = Counter()
    for each in tallies:
        came.update(each.sourced)
        load.update(each.load)
    ranked = sorted(distances_m)
    return Outlook(
        placed=came[Sourced.FIRST] + came[Sourced.OVERFLOWED] + came[Sourced.SPLIT],
        overflowed=came[Sourced.OVERFLOWED] + came[Sourced.SPLIT],
        split=came[Sourced.SPLIT],
        short=came[Sourced.SHORT],
        unknown=came[Sourced.UNKNOWN],
        unroutable=sum(each.unroutable for each in tallies),
        distance_p50_m=percentile(ranked, 50),
        distance_p90_m=percentile(ranked, 90),
        distance_p99_m=percentile(ranked, 99),
        load=tuple(PlantLoad(plant_id=p, orders=load[p]) for p in sorted(load)),
    )


def percentile(ranked: Sequence[float], percent: int) -> float | None:
    """By nearest rank; None of nothing."""
    return ranked[math.ceil(len(ranked) * percent / 100) - 1] if ranked else None


def sight_of(
    changed: Iterable[ChangedOrder], sees: Mapping[str, frozenset[PlantId]]
) -> list[SightChange]:
    """sees  plants whose orders each user reads; who reads the whole tenant's is not in it"""
    moves = Counter((each.from_plant, each.to_plant) for each in changed if each.open)
    found = []
    for subject, plants in sorted(sees.items()):
        gained = sum(n for (a, b), n in moves.items() if b in plants and a not in plants)
        lost = sum(n for (a, b), n in moves.items() if a in plants and b not in plants)
        if gained or lost:
            found.append(SightChange(subject=subject, gained=gained, lost=lost))
    return found


def encoded(result: SimulationResult) -> tuple[str, str]:
    """As it is kept for ever, and the SHA-256 of that."""
    kept: Any = msgspec.json.encode(result, order="deterministic")
    return kept.decode(), hashlib.sha256(kept).hexdigest()

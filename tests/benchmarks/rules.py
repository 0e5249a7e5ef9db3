"""Routing decisions a second with rules that have conditions, beside those with none."""

from __future__ import annotations

import time

from hedgerow.contracts.orders import OrderSubmitted
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import DecisionId, RuleId, new_id
from hedgerow_routing.domain.decision import decide
from hedgerow_routing.domain.network import Network, Rule
from routing.makers import HEFEI, NINGBO, covering, location_of, plant_at, submitted
from worlds import NOON

from .report import say
from .stage import Stage

ROUNDS = 3
SECONDS = 1.0
RULES = (10, 100)
ORDER = submitted(NINGBO, lines=[(f"SKU-{number}", "1") for number in range(3)])
DECISION = DecisionId(new_id())
NINGBO_PLANT, HEFEI_PLANT = plant_at(NINGBO, "NINGBO"), plant_at(HEFEI, "HEFEI")
LOCATIONS = (location_of(NINGBO_PLANT, "HGH"), location_of(HEFEI_PLANT, "HFE"))
AREAS = [covering(NINGBO_PLANT)]


async def measure(stage: Stage) -> None:
    """Every rule is of the order's region, so each condition is asked, and none holds."""
    networks = {count: network(count) for count in (0, *RULES)}
    rates: dict[int, list[float]] = {count: [] for count in networks}
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS}")
        for count, each in networks.items():
            rates[count].append(_rate(ORDER, each))
    for count in RULES:
        stage.report.add(f"rules_{count}", "decisions/s", rates[count], rates[0])


def network(count: int) -> Network:
    rules = [
        Rule(
            rule_id=RuleId(new_id()),
            code=f"R{number}",
            version=1,
            priority=number,
            regions=(ORDER.region,),
            channels=(),
            chain=tuple(each.location_id for each in LOCATIONS),
            safety_test=SafetyTest.AFTER,
            condition=f'order.priority == "A" && customer.code == "C-{number}" || plant.hour < 0',
        )
        for number in range(1, count + 1)
    ]
    return Network.of((NINGBO_PLANT, HEFEI_PLANT), LOCATIONS, rules)


def _rate(order: OrderSubmitted, rules: Network) -> float:
    """Decisions a second, without reading the rules and storing the decision."""
    made = 0
    began_at = time.perf_counter()
    while (seconds := time.perf_counter() - began_at) < SECONDS:
        for _ in range(20):
            decide(order, AREAS, rules, decision_id=DECISION, at=NOON)
        made += 20
    return made / seconds

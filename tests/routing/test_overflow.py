import pytest
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import LocationId, RuleId, new_id
from hedgerow.errors import Invalid
from hedgerow_routing.domain.network import Network, Rule
from hedgerow_routing.domain.overflow import chain_of, check_chain, match, new_rule
from routing.makers import HEFEI, NINGBO, location_of, plant_at, rule
from worlds import NOON

NINGBO_PLANT, HEFEI_PLANT = plant_at(NINGBO, "NINGBO"), plant_at(HEFEI, "HEFEI")
HANGZHOU = location_of(NINGBO_PLANT, "HANGZHOU")
NINGBO_STORE = location_of(NINGBO_PLANT, "NB-STORE")
CLOUD = location_of(HEFEI_PLANT, "HEFEI-CLOUD")
THREE_PROVINCES = ("江苏", "浙江", "上海")


def a_rule(code: str, *, priority=0, regions=(), channels=()) -> Rule:
    return Rule(
        rule_id=RuleId(new_id()),
        code=code,
        version=1,
        priority=priority,
        regions=regions,
        channels=channels,
        chain=(HANGZHOU.location_id, CLOUD.location_id),
        safety_test=SafetyTest.CURRENT,
    )


def network(*rules: Rule) -> Network:
    plants = [NINGBO_PLANT, HEFEI_PLANT]
    return Network.of(plants, [NINGBO_STORE, CLOUD, HANGZHOU], rules)


def chosen(region: str, channel: str, *rules: Rule) -> str | None:
    found, _ = match(network(*rules).rules, region, channel)
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("region", "code"), [("江苏", "EAST"), ("浙江", "EAST"), ("上海", "EAST"), ("安徽", None)]
)
def test_a_rule_matches_its_regions_and_no_others(region: str, code: str | None):
    assert chosen(region, "WEB", a_rule("EAST", regions=THREE_PROVINCES)) == code


def test_a_rule_that_names_both_conditions_comes_before_one_that_names_one():
    both = a_rule("Z", regions=("浙江",), channels=("WEB",))
    one = a_rule("A", priority=9, regions=("浙江",))

    assert chosen("浙江", "WEB", one, both) == "Z"
    assert chosen("浙江", "APP", one, both) == "A"


def test_of_equally_specific_rules_the_higher_priority_wins_and_then_the_code():
    region, channel = a_rule("B", regions=("浙江",)), a_rule("A", channels=("WEB",))
    urgent = a_rule("C", priority=1, channels=("WEB",))

    assert chosen("浙江", "WEB", region, channel, urgent) == "C"
    assert chosen("浙江", "WEB", region, channel) == "A"


def test_a_rule_without_conditions_takes_what_no_other_takes():
    rules = a_rule("ALL"), a_rule("EAST", regions=THREE_PROVINCES)

    assert chosen("安徽", "WEB", *rules) == "ALL"
    assert chosen("浙江", "WEB", *rules) == "EAST"


def test_the_trace_names_every_rule_in_the_order_in_which_they_are_tried():
    rules = network(
        a_rule("ALL"),
        a_rule("EAST", regions=THREE_PROVINCES),
        a_rule("APP", channels=("APP",)),
    ).rules

    _, traces = match(rules, "浙江", "WEB")

    assert [(each.code, each.matched, each.chosen) for each in traces] == [
        ("APP", False, False),
        ("EAST", True, True),
        ("ALL", True, False),
    ]


def test_the_chain_of_a_rule_is_its_own_order_across_plants():
    found = a_rule("EAST")

    chain, safety_test = chain_of(found, HEFEI_PLANT.plant_id, network(found))

    assert safety_test is SafetyTest.CURRENT
    assert [(each.rank, each.location_code, each.plant_id) for each in chain] == [
        (1, "HANGZHOU", NINGBO_PLANT.plant_id),
        (2, "HEFEI-CLOUD", HEFEI_PLANT.plant_id),
    ]


def test_without_a_rule_the_chain_is_the_plants_own_locations_by_code_and_the_test_is_after():
    chain, safety_test = chain_of(None, NINGBO_PLANT.plant_id, network())

    assert safety_test is SafetyTest.AFTER
    assert [(each.rank, each.location_code) for each in chain] == [
        (1, "HANGZHOU"),
        (2, "NB-STORE"),
    ]


def test_a_plant_without_locations_has_an_empty_chain():
    chain, _ = chain_of(None, plant_at(NINGBO, "NEW").plant_id, network())

    assert chain == ()


ONE = LocationId(new_id())


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (rule("EAST"), "COUNT_INVALID", "chain"),
        (
            rule("EAST", *(LocationId(new_id()) for _ in range(21))),
            "COUNT_INVALID",
            "chain",
        ),
        (rule("EAST", ONE, LocationId(new_id()), ONE), "GIVEN_TWICE", "chain.2"),
        (rule("east", ONE), "CODE_INVALID", "code"),
        (rule("E\0", ONE), "CODE_INVALID", "code"),
        (rule("EAST", ONE, name="  "), "TEXT_INVALID", "name"),
        (rule("EAST", ONE, priority=10**9), "PRIORITY_INVALID", "priority"),
        (rule("EAST", ONE, regions=("浙江", "\0")), "TEXT_INVALID", "regions.1"),
        (rule("EAST", ONE, regions=("浙江", "浙江")), "GIVEN_TWICE", "regions.1"),
        (rule("EAST", ONE, channels=("",)), "TEXT_INVALID", "channels.0"),
        (
            rule("EAST", ONE, channels=tuple(f"C{n}" for n in range(101))),
            "COUNT_INVALID",
            "channels",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_field(command, code: str, field: str):
    with pytest.raises(Invalid) as refused:
        new_rule(command, at=NOON)

    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_chain_through_a_location_that_is_not_known_is_refused_by_position():
    with pytest.raises(Invalid) as refused:
        check_chain([ONE, LocationId(new_id())], {ONE})

    assert (refused.value.code, refused.value.field) == ("LOCATION_UNKNOWN", "chain.1")

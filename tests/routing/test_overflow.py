import pytest
from hedgerow.contracts.routing import LeftOut, Mismatch, SafetyTest
from hedgerow.contracts.values import LocationId, RuleId, new_id
from hedgerow.errors import Invalid
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.domain.facts import facts_of
from hedgerow_routing.domain.network import Network, Rule, specificity
from hedgerow_routing.domain.overflow import Chain, chain_of, check_chain, match, new_rule
from routing.makers import HEFEI, NINGBO, location_of, plant_at, rule, submitted
from worlds import NOON

NINGBO_PLANT, HEFEI_PLANT = plant_at(NINGBO, "NINGBO"), plant_at(HEFEI, "HEFEI")
HANGZHOU = location_of(NINGBO_PLANT, "HANGZHOU")
NINGBO_STORE = location_of(NINGBO_PLANT, "NB-STORE")
CLOUD = location_of(HEFEI_PLANT, "HEFEI-CLOUD")
THREE_PROVINCES = ("江苏", "浙江", "上海")


def a_rule(code: str, *, priority=0, regions=(), channels=(), **more) -> Rule:
    return Rule(
        rule_id=RuleId(new_id()),
        code=code,
        version=1,
        priority=priority,
        regions=regions,
        channels=channels,
        chain=(HANGZHOU.location_id, CLOUD.location_id),
        safety_test=SafetyTest.CURRENT,
        **more,
    )


def tried(region: str, channel: str, *rules: Rule, **order):
    """What becomes of each rule for an order from this channel to this region."""
    asked = facts_of(submitted(region=region, channel=channel, **order), NINGBO_PLANT)
    return match(network(*rules).rules, asked)


def network(*rules: Rule) -> Network:
    plants = [NINGBO_PLANT, HEFEI_PLANT]
    return Network.of(plants, [NINGBO_STORE, CLOUD, HANGZHOU], rules)


def chosen(region: str, channel: str, *rules: Rule) -> str | None:
    found, _ = tried(region, channel, *rules)
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
    _, traces = tried(
        "浙江",
        "WEB",
        a_rule("ALL"),
        a_rule("EAST", regions=THREE_PROVINCES),
        a_rule("APP", channels=("APP",)),
    )

    assert [(each.code, each.matched, each.chosen, each.specificity) for each in traces] == [
        ("APP", False, False, 1),
        ("EAST", True, True, 1),
        ("ALL", True, False, 0),
    ]


def test_the_trace_says_why_a_rule_does_not_match():
    _, traces = tried(
        "浙江",
        "WEB",
        a_rule("REGION", regions=("安徽",), condition="order.custom && plant.hour < 9"),
        a_rule("CHANNEL", regions=("浙江",), channels=("APP",)),
        a_rule("FALSE", condition='order.priority == "A"', priority=1),
        a_rule("ERROR", condition='order.attributes.season == "winter"'),
        a_rule("ALL"),
    )

    assert [(each.code, each.matched, each.mismatch, each.detail) for each in traces] == [
        ("REGION", False, Mismatch.REGION, ""),
        ("CHANNEL", False, Mismatch.CHANNEL, ""),
        ("FALSE", False, Mismatch.CONDITION_FALSE, ""),
        ("ERROR", False, Mismatch.CONDITION_ERROR, 'Key not found in map : "season"'),
        ("ALL", True, None, ""),
    ]


def test_a_stored_condition_that_compiles_no_more_fails_no_order():
    found, traces = tried("浙江", "WEB", a_rule("OLD", condition="order.gone"), a_rule("ALL"))

    assert found is not None and found.code == "ALL"
    [old] = [each for each in traces if each.code == "OLD"]
    assert (old.matched, old.mismatch, old.specificity) == (False, Mismatch.CONDITION_ERROR, 0)
    assert old.detail.startswith("Line 1, column 6: order.gone is not declared.")


def test_each_variable_of_a_condition_counts_as_one_fact_and_region_and_channel_count_once():
    three = a_rule("THREE", condition='order.custom && plant.hour > 1 && customer.code == "C-001"')
    twice = a_rule("TWICE", regions=("浙江",), condition='order.region != "" && order.custom')

    assert [specificity(each) for each in (three, twice, a_rule("ALL"))] == [3, 2, 0]


def test_the_chain_of_a_rule_is_its_own_order_across_plants():
    found = a_rule("EAST")

    chain = chain_of(found, HEFEI_PLANT.plant_id, network(found), NINGBO)

    assert chain.safety_test is SafetyTest.CURRENT
    assert [(each.rank, each.location_code, each.plant_id) for each in chain.candidates] == [
        (1, "HANGZHOU", NINGBO_PLANT.plant_id),
        (2, "HEFEI-CLOUD", HEFEI_PLANT.plant_id),
    ]


def test_without_a_rule_the_chain_is_the_plants_own_locations_by_code_and_the_test_is_after():
    chain = chain_of(None, NINGBO_PLANT.plant_id, network(), NINGBO)

    assert chain.safety_test is SafetyTest.AFTER
    assert [(each.rank, each.location_code) for each in chain.candidates] == [
        (1, "HANGZHOU"),
        (2, "NB-STORE"),
    ]


def test_a_plant_without_locations_has_an_empty_chain():
    chain = chain_of(None, plant_at(NINGBO, "NEW").plant_id, network(), NINGBO)

    assert chain == Chain((), SafetyTest.AFTER)


def test_what_lies_farther_than_the_rules_limit_is_left_out_and_told_with_its_distance():
    metres = distance_m(NINGBO, HEFEI)
    near = a_rule("NEAR", max_distance_km=metres / 1000 - 0.001)
    reaching = a_rule("REACHING", max_distance_km=metres / 1000 + 0.001)

    left, kept = (
        chain_of(each, NINGBO_PLANT.plant_id, network(each), NINGBO) for each in (near, reaching)
    )

    assert [(each.rank, each.location_code) for each in left.candidates] == [(1, "HANGZHOU")]
    assert left.left_out == (
        LeftOut(
            location_id=CLOUD.location_id,
            location_code="HEFEI-CLOUD",
            plant_id=HEFEI_PLANT.plant_id,
            distance_m=metres,
            max_distance_km=metres / 1000 - 0.001,
        ),
    )
    assert [each.location_code for each in kept.candidates] == ["HANGZHOU", "HEFEI-CLOUD"]
    assert kept.left_out == ()


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
        (rule("EAST", ONE, condition="order.custom\0"), "TEXT_INVALID", "condition"),
        (rule("EAST", ONE, condition="!" * 1001), "TEXT_INVALID", "condition"),
        (rule("EAST", ONE, condition="order.custom ="), "CONDITION_INVALID", "condition"),
        (rule("EAST", ONE, max_locations=0), "LIMIT_INVALID", "max_locations"),
        (rule("EAST", ONE, max_locations=6), "LIMIT_INVALID", "max_locations"),
        (rule("EAST", ONE, max_distance_km=0.0), "LIMIT_INVALID", "max_distance_km"),
        (rule("EAST", ONE, max_distance_km=float("nan")), "LIMIT_INVALID", "max_distance_km"),
        (rule("EAST", ONE, sla_hours=0), "LIMIT_INVALID", "sla_hours"),
        (rule("EAST", ONE, sla_hours=8761), "LIMIT_INVALID", "sla_hours"),
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

"""The same facts in any order give the same decision, to the last byte of its trace."""

import msgspec
from hedgerow.contracts.orders import OrderAttribute, OrderPriority
from hedgerow.contracts.routing import SafetyTest
from hedgerow.contracts.values import DecisionId, LocationId, LonLat, RuleId, new_id
from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.decision import decide
from hedgerow_routing.domain.network import Location, Network, Plant, Rule
from hypothesis import given
from hypothesis import strategies as st
from routing.makers import HEFEI, NINGBO, SUZHOU, covering, location_of, plant_at, submitted
from worlds import NOON

DECISION = DecisionId(new_id())
PLANTS = (plant_at(NINGBO, "NINGBO"), plant_at(SUZHOU, "SUZHOU"), plant_at(HEFEI, "HEFEI"))
NINGBO_PLANT, _, HEFEI_PLANT = PLANTS
HANGZHOU, CLOUD = location_of(NINGBO_PLANT, "HGH"), location_of(HEFEI_PLANT, "HFE")
LOCATIONS = (HANGZHOU, CLOUD, *(location_of(each, f"{each.code}-1") for each in PLANTS))
CONDITIONS = (
    "",
    "order.custom",
    'order.priority in ["A", "B"]',
    'order.attributes.gift == "yes"',
    "plant.hour >= 18 && plant.weekday < 6",
)


def jzh(code="JZH", **changed) -> Rule:
    """江浙沪: 杭州仓 first, then 合肥云仓."""
    fields = {
        "rule_id": RuleId(new_id()),
        "code": code,
        "version": 1,
        "priority": 0,
        "regions": ("江苏", "浙江", "上海"),
        "channels": (),
        "chain": (HANGZHOU.location_id, CLOUD.location_id),
        "safety_test": SafetyTest.AFTER,
    }
    return Rule(**fields | changed)


chains = st.lists(
    st.sampled_from([each.location_id for each in LOCATIONS]), min_size=1, max_size=4, unique=True
).map(lambda ids: tuple(LocationId(each) for each in ids))
some_rules = st.lists(
    st.tuples(
        st.lists(st.sampled_from(("江苏", "浙江", "上海")), unique=True).map(tuple),
        st.lists(st.sampled_from(("DOUYIN", "TMALL")), unique=True).map(tuple),
        st.sampled_from(CONDITIONS),
        st.integers(0, 2),
        chains,
        st.none() | st.sampled_from((100.0, 300.0, 1000.0)),
    ),
    max_size=6,
).map(
    lambda drawn: [
        jzh(
            f"R{number}",
            regions=regions,
            channels=channels,
            condition=condition,
            priority=priority,
            chain=chain,
            max_distance_km=kilometres,
        )
        for number, (regions, channels, condition, priority, chain, kilometres) in enumerate(drawn)
    ]
)
some_areas = st.lists(
    st.builds(covering, st.sampled_from(PLANTS), priority=st.integers(0, 1), area_m2=st.just(1e9)),
    max_size=5,
)
some_orders = st.builds(
    submitted,
    st.builds(LonLat, st.floats(115, 123), st.floats(28, 33)),
    region=st.sampled_from(("浙江", "上海", "安徽")),
    channel=st.sampled_from(("DOUYIN", "TMALL", "WEB")),
    priority=st.sampled_from(OrderPriority),
    custom=st.booleans(),
    attributes=st.sampled_from(((), (OrderAttribute("gift", "yes"),))),
)


def decided(order, areas, rules, plants=PLANTS, locations=LOCATIONS) -> bytes:
    network = Network.of(plants, locations, rules)
    return msgspec.json.encode(decide(order, areas, network, decision_id=DECISION, at=NOON))


@given(some_orders, some_areas, some_rules, st.randoms())
def test_the_order_of_rules_fences_plants_and_locations_changes_nothing(
    order, areas, rules, random
):
    first = decided(order, areas, rules)
    shuffled: list[list[CoveringArea | Rule | Plant | Location]] = [
        list(each) for each in (areas, rules, PLANTS, LOCATIONS)
    ]
    for each in shuffled:
        random.shuffle(each)

    assert decided(order, *shuffled) == first


def chain_codes(order, *rules) -> list[str]:
    network = Network.of(PLANTS, LOCATIONS, rules)
    made = decide(order, [covering(NINGBO_PLANT)], network, decision_id=DECISION, at=NOON)
    return [each.location_code for each in made.chain]


def test_an_address_in_jiangsu_zhejiang_or_shanghai_is_served_from_hangzhou_and_then_hefei():
    for region in ("江苏", "浙江", "上海"):
        assert chain_codes(submitted(region=region), jzh()) == ["HGH", "HFE"]
    assert chain_codes(submitted(region="安徽"), jzh()) == ["HGH", "NINGBO-1"]


def test_orders_of_douyin_have_a_chain_of_their_own_wherever_they_go():
    douyin = jzh("DOUYIN", regions=(), channels=("DOUYIN",), priority=1, chain=(CLOUD.location_id,))

    assert chain_codes(submitted(channel="DOUYIN"), jzh(), douyin) == ["HFE"]
    assert chain_codes(submitted(channel="DOUYIN", region="安徽"), jzh(), douyin) == ["HFE"]
    assert chain_codes(submitted(channel="TMALL"), jzh(), douyin) == ["HGH", "HFE"]

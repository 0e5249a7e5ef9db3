"""Ties and unreachable rules, against a model that tries every order there is."""

from itertools import product

import pytest
from hedgerow.contracts.routing import OverflowRuleView
from hedgerow.contracts.values import LocationId, new_id
from hedgerow_routing.domain.facts import facts_of
from hedgerow_routing.domain.network import Network, Rule
from hedgerow_routing.domain.overflow import match, new_rule
from hedgerow_routing.domain.rule_set import RuleTie, RuleUnreachable, check_among
from hypothesis import given
from hypothesis import strategies as st
from routing.makers import NINGBO, plant_at, rule, submitted
from worlds import NOON

SOMEWHERE = LocationId(new_id())
REGIONS, CHANNELS = ("江苏", "浙江", "上海"), ("DOUYIN", "TMALL")
PLANT = plant_at(NINGBO, "NINGBO")


def view(code: str, **said) -> OverflowRuleView:
    return new_rule(rule(code, SOMEWHERE, **said), at=NOON)


def in_force(drafted: OverflowRuleView) -> Rule:
    return Rule(**{name: getattr(drafted, name) for name in Rule.__struct_fields__})


def published(*drafts: OverflowRuleView) -> list[Rule]:
    """Each in turn, as a company would."""
    rules: list[Rule] = []
    for drafted in drafts:
        check_among(drafted, rules)
        rules.append(in_force(drafted))
    return rules


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"regions": ("浙江", "江苏")}, {"regions": ("江苏", "上海")}),
        ({"regions": ("浙江",)}, {"channels": ("DOUYIN",)}),
        ({"regions": ("浙江",)}, {"condition": "order.custom"}),
        ({"condition": "plant.hour < 9"}, {"condition": "plant.hour >= 9"}),
        ({"channels": ("DOUYIN",)}, {"condition": 'order.channel == "DOUYIN"'}),
    ],
)
def test_rules_that_one_order_could_match_alike_are_a_tie(one, other):
    rules = published(view("ONE", **one))

    with pytest.raises(RuleTie) as refused:
        check_among(view("OTHER", **other), rules)

    assert refused.value.detail == "ONE"
    check_among(view("OTHER", **other | {"condition": "order.custom && plant.hour < 9"}), rules)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"regions": ("浙江",)}, {"regions": ("江苏",)}),
        ({"channels": ("DOUYIN",)}, {"channels": ("TMALL",)}),
        ({"regions": ("浙江",)}, {"regions": ("浙江",), "channels": ("DOUYIN",)}),
        ({"regions": ("浙江",)}, {"channels": ("DOUYIN",), "priority": 1}),
        ({"condition": "plant.hour < 9"}, {"condition": "plant.hour >= 9", "priority": 1}),
        ({"regions": ("浙江",)}, {"regions": ("浙江",), "condition": "order.custom"}),
    ],
)
def test_rules_that_no_order_matches_or_of_which_one_is_stronger_are_none(one, other):
    assert [each.code for each in published(view("ONE", **one), view("OTHER", **other))] == [
        "ONE",
        "OTHER",
    ]


def test_a_rule_is_no_tie_with_the_version_that_it_replaces():
    rules = published(view("JZH", regions=REGIONS))

    check_among(view("JZH", regions=("浙江",)), rules)


def test_a_rule_that_stronger_ones_hide_together_is_unreachable():
    rules = published(
        view("ZJ", regions=("浙江",), priority=2),
        view("JS", regions=("江苏",), priority=1),
    )

    with pytest.raises(RuleUnreachable, match="ZJ, JS") as refused:
        check_among(view("BOTH", regions=("浙江", "江苏")), rules)

    assert (refused.value.field, refused.value.detail) == ("priority", "ZJ, JS")
    check_among(view("BOTH", regions=("浙江", "江苏", "上海")), rules)


def test_a_rule_may_not_hide_one_that_was_there():
    rules = published(view("ZJ", regions=("浙江",)))

    with pytest.raises(RuleUnreachable, match="ZJ") as refused:
        check_among(view("JZH", regions=REGIONS, priority=1), rules)

    assert refused.value.detail == "ZJ"
    check_among(view("JZH", regions=REGIONS, priority=1, condition="order.custom"), rules)


def test_what_was_wrong_before_hinders_nobody():
    old = [
        in_force(view("A", regions=REGIONS, priority=2)),
        in_force(view("B", regions=("浙江",), priority=1)),
        in_force(view("C", channels=("DOUYIN",))),
        in_force(view("D", channels=("DOUYIN",))),
    ]

    check_among(view("NEW", regions=("广东",), channels=("TMALL",)), old)


drafts = st.lists(
    st.tuples(
        st.lists(st.sampled_from(REGIONS), unique=True, max_size=3).map(tuple),
        st.lists(st.sampled_from(CHANNELS), unique=True, max_size=2).map(tuple),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda drawn: [
        view(f"R{number}", regions=regions, channels=channels, priority=priority)
        for number, (regions, channels, priority) in enumerate(drawn)
    ]
)
ORDERS = [
    submitted(region=region, channel=channel)
    for region, channel in product((*REGIONS, "广东"), (*CHANNELS, "WEB"))
]


def winners(rules: list[Rule]) -> tuple[bool, set[str]]:
    """Whether some order matches two rules alike, and which rules get any order at all."""
    tie, winning = False, set()
    for order in ORDERS:
        chosen, traces = match(Network.of([PLANT], rules=rules).rules, facts_of(order, PLANT))
        first = [(each.specificity, each.priority) for each in traces if each.matched][:2]
        tie = tie or len(first) == 2 and first[0] == first[1]
        if chosen is not None:
            winning.add(chosen.code)
    return tie, winning


@given(drafts)
def test_what_is_published_one_by_one_has_no_tie_at_the_top_and_every_rule_gets_orders(drawn):
    rules: list[Rule] = []
    for drafted in drawn:
        try:
            check_among(drafted, rules)
        except (RuleTie, RuleUnreachable):
            continue
        rules.append(in_force(drafted))

    tie, winning = winners(rules)

    assert not tie
    assert winning == {each.code for each in rules}


@given(drafts)
def test_what_is_refused_as_unreachable_would_get_no_order_or_leave_another_none(drawn):
    rules: list[Rule] = []
    for drafted in drawn:
        together = [*rules, in_force(drafted)]
        try:
            check_among(drafted, rules)
        except RuleTie:
            continue
        except RuleUnreachable as refused:
            _, winning = winners(together)
            hidden = {each.code for each in together} - winning
            assert drafted.code in hidden or refused.detail in hidden
            continue
        rules = together

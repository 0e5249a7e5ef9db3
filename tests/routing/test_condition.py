import gc
import sys
from datetime import UTC, datetime

import pytest
from hedgerow.contracts.orders import OrderAttribute, OrderPriority
from hedgerow_routing.domain.condition import (
    VARIABLES,
    ConditionFailed,
    ConditionInvalid,
    asked,
    compiled,
)
from hedgerow_routing.domain.facts import facts_of
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from routing.makers import NINGBO, plant_at, submitted

PLANT = plant_at(NINGBO, "NINGBO")
ORDER = submitted(
    NINGBO,
    channel="DOUYIN",
    lines=(("BOLT-M8", "10"), ("NUT-M8", "5")),
    priority=OrderPriority.A,
    customer_grade="GOLD",
    attributes=(OrderAttribute("season", "spring"),),
    custom=True,
    placed_at=datetime(2026, 3, 29, 15, 30, tzinfo=UTC),  # 23:30 of a Sunday in Ningbo
)


def holds(source: str, order=ORDER, plant=PLANT) -> bool:
    return compiled(source).holds(asked(facts_of(order, plant)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('customer.code == "C-001"', True),
        ('customer.grade in ["GOLD", "PLATINUM"]', True),
        ('order.attributes.season == "spring"', True),
        ('order.attributes["season"] == "winter"', False),
        ("has(order.attributes.season)", True),
        ('has(order.attributes.gift) && order.attributes.gift == "yes"', False),
        ('order.channel == "DOUYIN"', True),
        ("order.custom", True),
        ('order.priority in ["A", "B"]', True),
        ('order.region in ["江苏", "浙江", "上海"]', True),
        ('"NUT-M8" in order.skus', True),
        ('order.skus.all(sku, sku.startsWith("BOLT"))', False),
        ("size(order.skus) > 1", True),
        ('order.type == "MTO"', True),
        ('plant.code == "NINGBO"', True),
        ("plant.hour == 23 && plant.weekday == 7", True),
        ('order.region.matches("^(江苏|浙江)$")', True),
    ],
)
def test_a_condition_asks_about_the_order(source: str, expected: bool):
    assert holds(source) is expected


def test_the_hour_is_that_of_the_plants_clock():
    utc, tokyo, new_york = (
        replace(PLANT, time_zone=zone) for zone in ("UTC", "Asia/Tokyo", "America/New_York")
    )

    assert holds("plant.hour == 15 && plant.weekday == 7", plant=utc)
    assert holds("plant.hour == 0 && plant.weekday == 1", plant=tokyo)
    assert holds("plant.hour == 11 && plant.weekday == 7", plant=new_york)


def test_every_declared_variable_is_a_fact_of_every_order():
    assert set(facts_of(submitted(), PLANT)) == set(VARIABLES)


@pytest.mark.parametrize(
    ("source", "line", "column", "en", "zh"),
    [
        ("order.channel ==", 1, 17, "Syntax error: mismatched input '<EOF>'", "语法错误"),
        ('order.chanel == "WEB"', 1, 6, "order.chanel is not declared", "变量 order.chanel 未声明"),
        ('channel == "WEB"', 1, 1, "channel is not declared", "变量 channel 未声明"),
        (
            'order.custom &&\n  plant.hour == "9"',
            2,
            14,
            "== does not take (int, string)",
            "运算 == 不适用于类型 (int, string)",
        ),
        ("now() > 1", 1, 4, "now is not declared", "变量 now 未声明"),
        ("order.region", 1, 1, "this gives a string, not true or false", "结果类型为 string"),
        ("dyn(order.region)", 1, 1, "this gives a dyn, not true or false", "结果类型为 dyn"),
        ("1 < 2", 1, 1, "this names no variable", "未使用任何变量"),
        ("(" * 40 + "order.custom" + ")" * 40, 1, 1, "this is nested too deeply", "嵌套过深"),
        ("plant.hour > 1" + " + 1" * 40, 1, 1, "this is nested too deeply", "嵌套过深"),
    ],
)
def test_a_wrong_expression_is_refused_with_the_position_of_its_fault(
    source: str, line: int, column: int, en: str, zh: str
):
    with pytest.raises(ConditionInvalid) as refused:
        compiled(source)

    told = refused.value
    assert (told.code, told.field) == ("CONDITION_INVALID", "condition")
    assert told.en.startswith(f"Line {line}, column {column}: {en}")
    assert told.zh.startswith(f"第 {line} 行第 {column} 列：{zh}")
    for name, variable in VARIABLES.items():
        assert f"{name} ({variable.kind})" in told.en and f"{name} ({variable.kind})" in told.zh


def test_a_condition_knows_the_variables_that_it_names_each_once():
    source = (
        'order.skus.exists(s, s == order.channel) || order.attributes.a == order.attributes["b"]'
        ' || has(order.attributes.c) || plant.hour == plant.hour || customer.code == "plant.code"'
    )

    assert compiled(source).names == {
        "order.skus",
        "order.channel",
        "order.attributes",
        "plant.hour",
        "customer.code",
    }


@pytest.mark.parametrize(
    ("source", "met"),
    [
        ('order.attributes.gift == "yes"', 'Key not found in map : "gift"'),
        ("1 / (plant.hour - 23) == 1", "divide by zero"),
        ('order.skus[9] == "BOLT-M8"', "Index error: index=9 size=2"),
        ('order.region.matches("(")', "invalid regular expression"),
        (
            "order.skus.all(a, order.skus.all(b, order.skus.all(c, a != c || a == c)))",
            "Iteration budget exceeded",
        ),
    ],
)
def test_what_cannot_be_asked_of_an_order_is_said_and_ends(source: str, met: str):
    many = submitted(lines=[(f"SKU-{number}", "1") for number in range(200)])
    order = many if "budget" in met else ORDER

    with pytest.raises(ConditionFailed) as failed:
        holds(source, order)

    assert met in str(failed.value)
    assert len(str(failed.value)) <= 200


TOKENS = [
    *VARIABLES,
    *("&&", "||", "!", "==", "<", "in", "(", ")", "[", "]", "?", ":", ".", ",", "-", "+", "%"),
    *("'a'", "1", "1u", "1.5", "null", "true", "b'x'", "'", '"', "\\", "\n", "中", "//"),
    *("has(", "size(", "matches(", "exists(x,", "all(x,", "map(x,", "x", "timestamp(", "dyn("),
]


@given(st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join))
def test_whatever_is_written_is_refused_or_is_true_or_false_or_fails_in_the_ways_we_know(source):
    try:
        condition = compiled(source)
    except ConditionInvalid as refused:
        assert refused.en.startswith("Line ")
        return
    try:
        assert condition.holds(asked(facts_of(ORDER, PLANT))) in (True, False)
    except ConditionFailed as failed:
        assert str(failed)


def test_asking_leaves_the_count_of_references_to_constants_alone():
    """One too few each time, and the interpreter dies of it in the end."""
    source = "order.custom && order.attributes.gift == null"
    with pytest.raises(ConditionInvalid):
        compiled(source)
    known, facts = (
        compiled('order.custom || order.attributes.gift == "yes"'),
        facts_of(ORDER, PLANT),
    )

    def counts() -> list[int]:
        gc.collect()
        return [sys.getrefcount(each) for each in (None, True, False)]

    def ask() -> None:
        for _ in range(5000):
            known.holds(asked(facts))

    ask()
    before = counts()
    ask()

    assert [abs(now - then) < 50 for now, then in zip(counts(), before, strict=True)] == [True] * 3

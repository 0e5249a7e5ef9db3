"""The page about rules says what the code does: its variables, its examples, its refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from hedgerow.contracts.orders import OrderAttribute, OrderPriority
from hedgerow_routing.domain.condition import (
    VARIABLES,
    ConditionFailed,
    ConditionInvalid,
    asked,
    compiled,
)
from hedgerow_routing.domain.facts import facts_of
from routing.makers import NINGBO, plant_at, submitted

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "write-a-rule.md").read_text("utf-8")
ORDER = submitted(
    NINGBO,
    channel="DOUYIN",
    region="浙江",
    lines=(("BOLT-M8", "10"), ("SIGN", "1")),
    priority=OrderPriority.A,
    customer_grade="GOLD",
    attributes=(OrderAttribute("gift", "yes"),),
    custom=True,
    placed_at=datetime(2026, 3, 29, 15, 30, tzinfo=UTC),
)
FACTS = asked(facts_of(ORDER, plant_at(NINGBO, "NINGBO")))


def table(name: str) -> list[list[str]]:
    """Rows of the table between the marks of this name, without its head."""
    block = PAGE.partition(f"<!-- {name} -->")[2].partition(f"<!-- end of {name} -->")[0]
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in block.strip().splitlines()
    ]
    return rows[2:]


def code(cell: str) -> str:
    assert cell.startswith("`") and cell.endswith("`")
    return cell[1:-1].replace("\\|", "|")


def test_it_names_the_declared_variables_and_no_others():
    told = [(code(name), code(kind), meaning) for name, kind, meaning in table("variables")]

    assert told == [(name, each.kind, each.meaning) for name, each in VARIABLES.items()]


def outcome(condition: str) -> str:
    try:
        return str(compiled(condition).holds(FACTS)).lower()
    except ConditionFailed:
        return "error: the order has no such attribute"


@pytest.mark.parametrize(("condition", "told"), table("examples"))
def test_an_example_comes_out_as_it_says(condition: str, told: str):
    assert outcome(code(condition)) == told


@pytest.mark.parametrize(("condition", "told"), table("refusals"))
def test_a_wrong_one_is_refused_as_it_says(condition: str, told: str):
    with pytest.raises(ConditionInvalid) as refused:
        compiled(code(condition))

    assert refused.value.en.startswith(f"{told} A condition is")


def test_every_example_is_there():
    assert (len(table("examples")), len(table("refusals"))) == (9, 4)


def test_its_query_is_one_of_the_api():
    [query] = re.findall(r"```graphql\n(.*?)```", PAGE, re.S)

    schema = build_schema((ROOT / "gateway" / "schema.graphql").read_text("utf-8"))

    assert validate(schema, parse(query)) == []

"""What a document may be, measured before it is validated."""

from __future__ import annotations

import time

import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse
from hedgerow.errors import Refused
from hedgerow_gateway.execution.engine import Engine, NotReady
from hedgerow_gateway.execution.guard import Guard
from hedgerow_gateway.execution.limits import BadPage, Limits, OverLimit
from hedgerow_gateway.schema.build import build_schema

SCHEMA = build_schema()._schema
ENGINE = Engine(SCHEMA, limits=Limits(), introspection=False)
INTROSPECTING = Engine(SCHEMA, limits=Limits(), introspection=True)


def refused(text: str, **variables: object) -> Exception:
    """The first reason why `text` must not run."""
    with pytest.raises(NotReady) as why:
        ENGINE.prepare(text, variables, None)
    return why.value.errors[0]


def cost(text: str, **variables: object) -> int:
    return ENGINE.prepare(text, variables, None).cost


def bomb(levels: int, inner: str) -> str:
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return "\n".join(["{ ...F0 }", *fragments, f"fragment F{levels} on Query {{ {inner} }}"])


def nested(levels: int) -> str:
    return (
        "{ node(id: 1) { ... on Order "
        + "{ plant { locations " * levels
        + "{ id }"
        + "} }" * (levels)
        + " } }"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{ " + " ".join(f"a{n}: viewer {{ subject }}" for n in range(16)) + " }", "root fields"),
        ("{ viewer { " + " ".join(f"a{n}: subject" for n in range(16)) + " } }", "aliases"),
        ("{ viewer { " + "subject " * 501 + "} }", "fields"),
        ("{ viewer { subject " + "@skip(if: false) " * 21 + "} }", "directives"),
        ("{ " + " ".join(f"a{n}: plants {{ id }}" for n in range(11)) + " }", "root fields"),
        (nested(6), "levels"),
        ("{ viewer { subject " + "... { subject " * 41 + "} " * 41 + "} }", "levels"),
        ("query A { viewer { subject } } query B { viewer { subject } }", "operations"),
        (bomb(22, "viewer { subject }"), "root fields"),
        ("# " + "x" * 16_400 + "\n{ viewer { subject } }", "characters"),
    ],
)
def test_a_document_over_a_limit_is_refused_by_its_name(text, what):
    wrong = refused(text)

    assert isinstance(wrong, OverLimit)
    assert what in wrong.en


def test_too_many_tokens_stop_the_parser():
    wrong = refused("{ viewer { " + "subject " * 1200 + "} }")

    assert isinstance(wrong, GraphQLError)
    assert "1000" in wrong.message


@pytest.mark.parametrize("levels", [14, 22, 60])
def test_a_fragment_bomb_costs_no_time(levels):
    text = bomb(levels, " ".join(f"a{n}: viewer {{ subject }}" for n in range(5)))
    document = parse(text)
    (operation,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    guard = Guard(SCHEMA, Limits())

    began = time.perf_counter()
    with pytest.raises(OverLimit):
        guard.measure(document, operation)

    assert time.perf_counter() - began < 0.1


def test_a_fragment_bomb_over_a_page_that_a_variable_sizes_costs_no_time():
    orders = "orders(first: $n) { nodes { plant { code } } }"
    text = "query($n: Int) " + bomb(20, orders)
    document = parse(text)
    (operation,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))

    began = time.perf_counter()
    with pytest.raises(OverLimit):
        Guard(SCHEMA, Limits()).measure(document, operation)

    assert time.perf_counter() - began < 0.1


def test_fragments_that_spread_each_other_are_left_to_validation():
    wrong = refused("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")

    assert isinstance(wrong, GraphQLError)
    assert "within itself" in wrong.message


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ("", {}),
        ("(first: 0)", {}),
        ("(first: -1)", {}),
        ("(first: 101)", {}),
        ("(first: 1000000000000000)", {}),
        ("(first: 10, last: 10)", {}),
        ("(first: null)", {}),
        ("(first: $n)", {"n": 0}),
        ("(first: $n)", {"n": 101}),
        ("(first: $n)", {"n": None}),
        ("(first: $n)", {}),
        ("(first: $n, last: $n)", {"n": 5}),
    ],
)
def test_a_page_takes_one_of_first_and_last_from_1_to_100(arguments, variables):
    text = "query($n: Int) { orders" + arguments + " { nodes { id } } viewer { subject } "
    text += "skus(first: $n) { nodes { id } } }" if "$n" not in arguments else "}"

    wrong = refused(text, **({"n": 1} if "$n" not in arguments else variables))

    assert isinstance(wrong, BadPage)
    assert wrong.field == "orders.first"


def test_relays_pair_of_variables_is_understood():
    text = "query($a: Int, $b: Int) { orders(first: $a, last: $b) { nodes { plant { id } } } }"

    assert cost(text, a=10) == cost(text, b=10) == 2 + 10


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ viewer { subject } }", 1),
        ("{ viewer { subject plants { code } } }", 2),
        ("{ orders(first: 50) { nodes { id } } }", 2),
        ("{ orders(first: 50) { nodes { plant { id } } } }", 2 + 50),
        ("{ orders(first: 50) { edges { node { plant { id } } } } }", 2 + 50 + 50),
        ("{ orders(first: 2) { nodes { lines { reservations { location { id } } } } } }",
         2 + 2 * (1 + 5 * (1 + 1 * 1))),
        ("{ nodes(ids: [1, 2, 3]) { ... on Order { plant { id } } } }", 1 + 3),
    ],
)  # fmt: skip
def test_the_cost_counts_what_lies_below_a_list_once_per_entry(text, points):
    assert cost(text) == points


def test_the_cost_of_a_page_follows_its_variable():
    text = "query($n: Int!) { orders(first: $n) { nodes { plant { locations { id } } } } }"

    assert [cost(text, n=n) for n in (1, 10, 100)] == [2 + 2, 2 + 20, 2 + 200]


def test_a_list_within_a_list_within_a_page_is_over_the_cost():
    text = (
        "query($n: Int!) { orders(first: $n) { nodes { plant { locations { plant { locations { "
        "plant { code } inventoryLevel(sku: 1) { atp } } } } } } } }"
    ).replace("sku: 1", 'sku: "A"')

    assert cost(text, n=1) == 2 + 2 + 5 * (1 + 1 + 5 * 2)
    wrong = refused(text, n=100)
    assert isinstance(wrong, OverLimit)
    assert "cost" in wrong.en


def test_introspection_is_for_development():
    text = "{ __schema { types { name fields { name type { ofType { name } } } } } }"

    assert INTROSPECTING.prepare(text, {}, None).cost == 0
    assert "introspection" in str(refused(text)).lower()
    assert cost("{ __typename }") == 0


def test_no_error_suggests_a_name():
    wrong = refused("{ viewr { subject } }")

    assert isinstance(wrong, GraphQLError)
    assert "Did you mean" not in wrong.message
    assert "viewer" not in wrong.message


@pytest.mark.parametrize("text", ["", " ", "{", "fragment A on Query { viewer { subject } }", "\0"])
def test_what_is_no_document_is_refused(text):
    assert isinstance(refused(text), GraphQLError | Refused)

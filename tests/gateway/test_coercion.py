"""Plain variables are coerced by our own functions, to what graphql-core would make of them."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse
from graphql.execution.values import get_variable_values
from hedgerow_gateway.execution import coercion
from hedgerow_gateway.execution.coercion import Coercions, Variables
from hedgerow_gateway.schema.build import build_schema
from hypothesis import given, settings
from hypothesis import strategies as st

SCHEMA = build_schema()._schema
INPUTS = [
    "OrderSubmitInput!", "FencePublishInput!", "OverflowRulePublishInput", "StockReceiveInput!",
    "OrderWhereInput", "[ID!]", "Int", "Float!", "Boolean", "String!", "ID", "Datum", "Decimal",
    "DateTime!", "GeoJSON", "[[Int]]", "Locale",
]  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats()
    | st.sampled_from(["", "x", "12.50", "2026-03-29T12:00:00Z", "WGS84", "MTO", "ZH", "SETTLED"])
)
NAMES = st.sampled_from(
    ["channel", "customer", "code", "name", "shipTo", "region", "point", "lon", "lat", "datum",
     "lines", "sku", "quantity", "placedAt", "waitFor", "plant", "in", "chain", "nothing"]
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
POINT = st.fixed_dictionaries(
    {"lon": st.floats(-180, 180), "lat": st.integers(-90, 90), "datum": st.sampled_from(["WGS84"])}
)
ORDER = st.fixed_dictionaries(
    {
        "channel": st.text(max_size=5),
        "customer": st.fixed_dictionaries({"code": st.text(max_size=5), "name": st.text()}),
        "shipTo": st.fixed_dictionaries({"region": st.text(max_size=5), "point": POINT}),
        "lines": st.lists(
            st.fixed_dictionaries({"sku": st.text(max_size=5), "quantity": st.just("1.50")}),
            max_size=4,
        ),
    },
    optional={
        "placedAt": st.none() | st.just("2026-03-29T20:00:00+08:00"),
        "waitFor": st.sampled_from(["SETTLED", "CAPTURED", None]),
        "type": st.just("MTO"),
    },
)


def variables(kind: str) -> tuple[Variables, Any]:
    (operation,) = parse(f"query($v: {kind}) {{ viewer {{ subject }} }}").definitions
    definitions = operation.variable_definitions
    return Variables(SCHEMA, definitions, Coercions()), definitions


def same(kind: str, given: dict[str, Any]) -> bool:
    """Whether the values are those of graphql-core; errors are its own in any case."""
    ours, definitions = variables(kind)
    got = ours.coerce(given)
    expected = get_variable_values(SCHEMA, definitions, given, max_errors=20, hide_suggestions=True)
    if isinstance(expected, list):
        return [each.message for each in got] == [each.message for each in expected]
    return repr(got) == repr(expected)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(INPUTS), value=ANYTHING)
def test_whatever_is_given_becomes_the_same(kind, value):
    assert same(kind, {"v": value})


@settings(max_examples=100, deadline=None)
@given(value=ORDER)
def test_an_order_becomes_the_same(value):
    assert same("OrderSubmitInput!", {"v": value})


@pytest.mark.parametrize("kind", INPUTS)
def test_what_is_left_out_becomes_the_same(kind):
    assert same(kind, {})
    assert same(kind, {"v": None, "w": 5})


def test_a_plain_order_needs_no_help(monkeypatch):
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError

    ours, _ = variables("OrderSubmitInput!")
    monkeypatch.setattr(coercion, "get_variable_values", never)
    point = {"lon": 120, "lat": 30.5, "datum": "GCJ02"}
    order = {
        "channel": "WEB",
        "customer": {"code": "C", "name": "N"},
        "shipTo": {"region": "浙江", "point": point},
        "lines": [{"sku": "A", "quantity": "1"}],
    }

    coerced = ours.coerce({"v": order}).coerced["v"]  # type: ignore[union-attr]

    assert coerced.ship_to.point.lon == 120.0
    assert coerced.ship_to.point.datum.value == "GCJ02"


def test_defaults_are_graphql_cores_business():
    (operation,) = parse("query($n: Int = 7) { viewer { subject } }").definitions
    ours = Variables(SCHEMA, operation.variable_definitions, Coercions())  # type: ignore[union-attr]

    assert ours.coerce({}).coerced == {"n": 7}  # type: ignore[union-attr]
    assert ours.coerce({"n": None}).coerced == {"n": None}  # type: ignore[union-attr]

"""Bad input gets a 4xx, or a userError that names the field; nothing is sent, nothing fails."""

from __future__ import annotations

import copy
import json
import string
from typing import Any

import pytest
from gateway_makers import LOCATION, LOCATION_ID, PLANT_ID
from hedgerow.contracts.message import Command
from hedgerow.contracts.routing import LocationsByIds
from hedgerow_gateway.schema.ids import global_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SUBMIT = (
    "mutation($input: OrderSubmitInput!) { orderSubmit(input: $input) { userErrors { code } } }"
)
FENCE = """mutation($input: FencePublishInput!) { fencePublish(input: $input)
  { userErrors { code message field } } }"""
ADJUST = """mutation($input: StockAdjustInput!) { stockAdjust(input: $input)
  { userErrors { code message field } } }"""
ORDER = {
    "channel": "WEB",
    "customer": {"code": "C-1", "name": "客户一"},
    "shipTo": {"region": "浙江", "point": {"lon": 120.1, "lat": 30.2, "datum": "WGS84"}},
    "lines": [{"sku": "A", "quantity": "1"}],
}


def with_value(place: str, value: Any) -> dict[str, Any]:
    """The order with another value at a dotted place; ... takes it away."""
    changed: Any = copy.deepcopy(ORDER)
    at = changed
    *path, last = place.split(".")
    for part in path:
        at = at[int(part)] if part.isdigit() else at.setdefault(part, {})
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return changed


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("shipTo.point.datum", ..., "shipTo.point.datum"),
        ("shipTo.point.datum", "WGS-84", "shipTo.point.datum"),
        ("shipTo.point.datum", None, "shipTo.point.datum"),
        ("shipTo.point.lon", "120", "shipTo.point.lon"),
        ("shipTo.point.lat", True, "shipTo.point.lat"),
        ("lines.0.quantity", "much", "lines.0.quantity"),
        ("lines.0.quantity", 1.5, "lines.0.quantity"),
        ("lines.0.quantity", "NaN", "lines.0.quantity"),
        ("lines.0.quantity", "Infinity", "lines.0.quantity"),
        ("lines.0.quantity", "1e999999999", "lines.0.quantity"),
        ("lines.0.quantity", "9" * 31, "lines.0.quantity"),
        ("lines.0.quantity", "1." + "1" * 19, "lines.0.quantity"),
        ("lines.0.quantity", "１２", "lines.0.quantity"),
        ("lines.0.quantity", None, "lines.0.quantity"),
        ("lines.0.unitPrice", {"amount": "1"}, "lines.0.unitPrice.currencyCode"),
        ("lines", None, "lines"),
        ("lines", "A", "lines"),
        ("customer", ..., "customer"),
        ("customer.name", 5, "customer.name"),
        ("customer.nickname", "x", "customer"),
        ("placedAt", "yesterday", "placedAt"),
        ("placedAt", "2026-03-29T12:00:00", "placedAt"),
        ("placedAt", "0001-01-01T00:00:00+14:00", "placedAt"),
        ("placedAt", 1774785600, "placedAt"),
        ("waitFor", "EVER", "waitFor"),
        ("type", "MTS", "type"),
    ],
)
async def test_a_wrong_value_is_refused_where_it_stands(gateway, services, place, value, named):
    async with gateway.user("tenant_admin") as user:
        answer = await user.post(SUBMIT, input=with_value(place, value))

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert ".".join(error["extensions"]["field"]) == f"input.{named}"
    assert services.of_users == []


@pytest.mark.parametrize("place", ["channel", "customer.name", "lines.0.sku", "shipTo.address"])
async def test_the_character_nul_is_refused_where_it_stands(gateway, services, place):
    async with gateway.user("tenant_admin") as user:
        answer = await user.post(SUBMIT, input=with_value(place, "a\0b"))

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["field"] == ["variables", "input", *place.split(".")]
    assert services.of_users == []


@pytest.mark.parametrize("text", ['"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"a\x00b"'])
@pytest.mark.parametrize("inline", [True, False])
async def test_texts_that_cannot_be_stored_are_refused(gateway, services, text, inline):
    if inline:
        query = f"{{ plant(code: {text}) {{ id }} }}"
        body = json.dumps({"query": query}).encode()
    else:
        body = b'{"query": "query($c: String) { plant(code: $c) { id } }", "variables": {"c": %s}}'
        body %= text.encode()
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code == 400
    assert services.of_users == []


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"5", b"[]", b"{", b"{}", b'"x"', b'{"query": null}', b'{"query": "\xff"}',
     b'{"query": "{ viewer { subject } }", "variables": 5}',
     b'{"query": "{ viewer { subject } }", "variables": ' + b"[" * 100_000,
     b'{"query": "{ viewer { subject } }", "variables": {"n": ' + b"1" * 5000 + b"}}",
     b'[{"query": "{ viewer { subject } }"}]',
     b'{"query": "{ viewer { subject } }", "operationName": "Other"}',
     b'{"query": "subscription { orderEvents { kind } }"}'],
    ids=range(15),
)  # fmt: skip
async def test_what_is_no_request_is_refused(gateway, services, body):
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("geojson", [5, "POLYGON", [], True])
async def test_geojson_is_an_object(gateway, services, geojson):
    given = {"plantId": global_id("Plant", PLANT_ID), "kind": "SERVICE_AREA", "name": "x"}
    async with gateway.user("tenant_admin") as user:
        answer = await user.post(FENCE, input=given | {"geojson": geojson})

    assert answer.status_code == 400
    assert ".geojson" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "given",
    ["", "x", "NB", "UGxhbnQ6", "T3JkZXI6MDE5NTgwMDA=", global_id("Order", PLANT_ID),
     global_id("Plant", "7"), global_id("Plant", f"{PLANT_ID}\0"), "=" * 400, "é", "UGxhbnQ"],
)  # fmt: skip
async def test_what_is_no_id_is_refused_where_it_stands(gateway, services, given):
    fence = {"plantId": given, "kind": "SERVICE_AREA", "name": "x"}
    async with gateway.user("tenant_admin") as user:
        changing = await user.ask(FENCE, input=fence)
        reading = await user.post("query($p: ID) { locations(plantId: $p) { id } }", p=given)

    (error,) = changing["fencePublish"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_ID", ["input", "plantId"])
    if given:
        (error,) = reading.json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["extensions"]["field"] == ["plantId"]


@pytest.mark.parametrize("key", ["", "a\nb", "x" * 201, "a\u202eb"])
async def test_an_idempotency_key_is_printable_and_not_long(gateway, services, key):
    services.answer(LocationsByIds, (LOCATION,))
    query = ADJUST.replace("mutation(", "mutation($key: String!, ").replace(
        "(input: $input)", "(input: $input) @idempotent(key: $key)"
    )
    given = {"locationId": global_id("Location", LOCATION_ID), "sku": "A", "delta": "1",
             "reason": "x"}  # fmt: skip
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, input=given, key=key)

    assert data["stockAdjust"]["userErrors"][0]["code"] == "INVALID_IDEMPOTENCY_KEY"
    assert not any(isinstance(each.message, Command) for each in services.of_users)


async def test_a_cursor_that_is_none_is_refused(gateway, services):
    async with gateway.user("tenant_admin") as user:
        (error,) = await user.errors(
            "query($a: String) { orders(first: 1, after: $a) { nodes { id } } }", a="é" * 10
        )

    assert error["extensions"]["field"] == ["after"]
    assert services.of_users == []


WORDS = ["orders", "order", "viewer", "nodes", "id", "first", "input", "__typename", "mutation"]
SHREDS = st.lists(
    st.sampled_from([*WORDS, "{", "}", "(", ")", ":", "$", "@", "..", "on", "[", "]", "!", '"',
                     "1", "-", "null", "\\u0000", "#", "&", "|", "=", "\n", "\ufeff", "é"])
    | st.text(string.printable, max_size=5),
    max_size=60,
).map(" ".join)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=SHREDS, variables=VALUES)
async def test_whatever_is_sent_is_the_senders_fault(gateway, services, query, variables):
    body = json.dumps({"query": query, "variables": variables}).encode("utf-8", "surrogatepass")
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code < 500, answer.text


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given=VALUES)
async def test_whatever_is_entered_is_the_senders_fault(gateway, services, given):
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.post(
            "/graphql",
            content=json.dumps({"query": SUBMIT, "variables": {"input": given}}).encode(
                "utf-8", "surrogatepass"
            ),
            headers={"content-type": "application/json"},
        )

    assert 400 <= answer.status_code < 500, answer.text
    assert services.of_users == []

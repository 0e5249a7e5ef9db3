"""Bad input gets a 4xx or a userError that names the field; nothing is stored; never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from companies import IN_ZHEJIANG, Company, order, square
from looks import look
from suite import Client

SUBMIT = """mutation($input: OrderSubmitInput!) {
  orderSubmit(input: $input) { order { id } userErrors { code message field } } }"""
PUBLISH = """mutation($input: FencePublishInput!) {
  fencePublish(input: $input) { fence { id } userErrors { code message field } } }"""
RECEIVE = """mutation($input: StockReceiveInput!) {
  stockReceive(input: $input) { levels { onHand } userErrors { code message field } } }"""


async def _counts(company: Company) -> list[tuple[Any, ...]]:
    counts = []
    for service, tables in (
        ("orders", ("orders", "order_lines", "outbox")),
        ("inventory", ("stock", "stock_ledger", "outbox")),
        ("routing", ("fences", "plants", "outbox")),
        ("rma", ("rmas", "outbox")),
    ):
        for table in tables:
            query = f"select '{table}', count(*) from {table} where tenant_id = :t"
            counts += await look(company.suite, service, query, t=company.tenant)
    return counts


async def _refused(client: Client, query: str, input: dict[str, Any], field: str) -> None:
    said = await client.raw(query, input=input)
    assert said["status"] < 500, said
    text = json.dumps(said).replace("[", ".").replace("]", "")
    if said.get("errors"):
        assert said["status"] == 400 or said["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        unreadable = said["errors"][0]["extensions"].get("reason") == "BAD_BODY"
        assert unreadable or field in text, text
        return
    (payload,) = said["data"].values()
    named = [".".join(error["field"] or []) for error in payload["userErrors"]]
    assert any(field in each for each in named), (field, payload)
    assert all(error["message"] for error in payload["userErrors"])


def _line(**changes: Any) -> list[dict[str, Any]]:
    return [{"sku": "BOLT", "quantity": "1"} | changes]


def _ship(**point: Any) -> dict[str, Any]:
    return {"region": "浙江", "point": IN_ZHEJIANG | point}


ORDERS = {
    "unknown SKU": (order("NO-SUCH-SKU"), "lines.0.sku"),
    "negative quantity": (order(quantity="-1"), "lines.0.quantity"),
    "zero quantity": (order(quantity="0"), "lines.0.quantity"),
    "huge quantity": (order(quantity="1" + "0" * 30), "lines.0.quantity"),
    "not a number": (order(quantity="NaN"), "lines.0.quantity"),
    "infinity": (order(quantity="Infinity"), "lines.0.quantity"),
    "too many places": (order(quantity="0.0000001"), "lines.0.quantity"),
    "text for a quantity": (order(quantity="ten"), "quantity"),
    "no lines": (order(lines=[]), "lines"),
    "too many lines": (order(lines=_line() * 201), "lines"),
    "NUL in a name": (order(customer={"code": "C", "name": "a\0b"}), "customer.name"),
    "lone surrogate": (order(customer={"code": "C", "name": "\ud800"}), "customer.name"),
    "very long name": (order(customer={"code": "C", "name": "x" * 5000}), "customer.name"),
    "no datum": (order(shipTo={"region": "浙江", "point": {"lon": 120, "lat": 30}}), "datum"),
    "unknown datum": (order(shipTo=_ship(datum="NAD27")), "datum"),
    "longitude out of range": (order(shipTo=_ship(lon=181)), "shipTo.point"),
    "latitude out of range": (order(shipTo=_ship(lat=-91)), "shipTo.point"),
    "latitude beyond all numbers": (order(shipTo=_ship(lat=1e300)), "shipTo.point"),
    "empty region": (order(shipTo={"region": " ", "point": IN_ZHEJIANG}), "shipTo.region"),
    "channel with a space": (order(channel="a b"), "channel"),
    "placed in the future": (order(placedAt="2199-01-01T00:00:00Z"), "placedAt"),
    "time without a zone": (order(placedAt="2026-01-01T00:00:00"), "placedAt"),
    "currency of five letters": (
        order(lines=_line(unitPrice={"amount": "1", "currencyCode": "EUROS"})),
        "lines.0.unitPrice",
    ),
}


@pytest.mark.parametrize("case", ORDERS)
async def test_a_bad_order_is_refused_and_nothing_is_stored(company: Company, case: str) -> None:
    input, field = ORDERS[case]
    await company.skus("BOLT")
    before = await _counts(company)

    async with company.admin() as admin:
        await _refused(admin, SUBMIT, input, field)

    assert await _counts(company) == before


def _fence(company: Company, geojson: Any, **changes: Any) -> dict[str, Any]:
    return {
        "plantId": company.plants["NGB"],
        "kind": "SERVICE_AREA",
        "name": "bad",
        "geojson": geojson,
        "datum": "WGS84",
    } | changes


BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
AREAS: dict[str, Any] = {
    "crosses itself": BOW_TIE,
    "unclosed": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
    "a line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
    "no type": {"coordinates": []},
    "text": "Polygon",
    "a list": [1, 2],
    "empty": {"type": "Polygon", "coordinates": []},
    "text in coordinates": {
        "type": "Polygon",
        "coordinates": [[["a", 0], [1, 0], [1, 1], ["a", 0]]],
    },
    "out of range": square(170, 0, 190, 10),
    "nulls": {"type": "Polygon", "coordinates": [[None]]},
    "deep": {"type": "Polygon", "coordinates": [[[[[[[[0]]]]]]]]},
}


@pytest.mark.parametrize("case", AREAS)
async def test_a_malformed_area_is_refused(company: Company, case: str) -> None:
    before = await _counts(company)

    async with company.admin() as admin:
        await _refused(admin, PUBLISH, _fence(company, AREAS[case]), "geojson")

    assert await _counts(company) == before


async def test_a_crossing_ring_names_the_place(company: Company) -> None:
    async with company.user("tenant_admin", language="en") as admin:
        said = await admin.raw(PUBLISH, input=_fence(company, BOW_TIE))

    message = said["data"]["fencePublish"]["userErrors"][0]["message"]
    assert "0.5" in message


async def test_an_area_without_its_datum_is_refused(company: Company) -> None:
    async with company.admin() as admin:
        await _refused(admin, PUBLISH, _fence(company, square(0, 0, 1, 1), datum=None), "datum")


@pytest.mark.parametrize("quantity", ["-5", "0", "1e400", "NaN", "10000000000000"])
async def test_bad_stock_is_refused(company: Company, quantity: str) -> None:
    await company.skus("BOLT")
    before = await _counts(company)
    lines = [{"sku": "BOLT", "quantity": quantity}]

    async with company.admin() as admin:
        await _refused(
            admin,
            RECEIVE,
            {"locationId": company.locations["HGH"], "reference": "PO", "lines": lines},
            "quantity",
        )

    assert await _counts(company) == before


BODIES: dict[str, tuple[bytes, str]] = {
    "20 MB": (b'{"query": "' + b"x" * 20_000_000 + b'"}', "application/json"),
    "deep JSON": (b'{"query":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json"),
    "not JSON": (b"{", "application/json"),
    "null": (b"null", "application/json"),
    "a number": (b"5", "application/json"),
    "a list": (b'[{"query":"{viewer{subject}}"}]', "application/json"),
    "invalid UTF-8": (b'{"query":"\xff\xfe"}', "application/json"),
    "5,000 digits": (b'{"query":"{viewer{subject}}","variables":{"a":' + b"9" * 5000 + b"}}",
                     "application/json"),
    "no query": (b"{}", "application/json"),
    "empty": (b"", "application/json"),
    "text/plain": (b'{"query":"{viewer{subject}}"}', "text/plain"),
    "a form": (b"query={viewer{subject}}", "application/x-www-form-urlencoded"),
    "20,000 aliases": (json.dumps({"query": "{" + " ".join(
        f"a{n}: viewer {{ subject }}" for n in range(20_000)) + "}"}).encode(), "application/json"),
    "fragment bomb": (json.dumps({"query": "query { ...f0 } " + " ".join(
        f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(22)
    ) + " fragment f22 on Query { viewer { subject } }"}).encode(), "application/json"),
    "page of a million": (b'{"query":"{ orders(first: 1000000) { nodes { id } } }"}',
                          "application/json"),
    "page of nothing": (b'{"query":"{ orders { nodes { id } } }"}', "application/json"),
    "two operations": (b'{"query":"query A { viewer { subject } } query B { viewer { subject } }"}',
                       "application/json"),
    "unknown field": (b'{"query":"{ nonsense }"}', "application/json"),
    "syntax": (b'{"query":"{"}', "application/json"),
    "variables as text": (b'{"query":"{viewer{subject}}","variables":"x"}', "application/json"),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
async def test_a_bad_body_is_a_4xx_or_a_clean_error(company: Company, case: str) -> None:
    body, kind = BODIES[case]

    async with company.admin() as admin:
        answer = await admin.http.post("/graphql", content=body, headers={"content-type": kind})

    assert 200 <= answer.status_code < 500
    said = answer.json()
    assert said["errors"], said
    assert all(error["message"] for error in said["errors"])
    assert all(error["extensions"]["code"] not in ("INTERNAL", "") for error in said["errors"])
    assert not said.get("data")
    assert "Did you mean" not in answer.text


async def test_tokens_that_do_not_fit_are_refused(company: Company) -> None:
    keys = company.suite.keys
    good = keys.token("a", company.tenant, "tenant_admin")
    bad = {
        "expired": keys.token("a", company.tenant, "tenant_admin", exp=1_000_000_000),
        "wrong audience": keys.token("a", company.tenant, "tenant_admin", aud="other"),
        "wrong issuer": keys.token("a", company.tenant, "tenant_admin", iss="https://else"),
        "no tenant": keys.token("a", "nonsense", "tenant_admin"),
        "changed": good[:-4] + "AAAA",
        "not a token": "abc",
    }
    async with company.admin() as admin:
        for case, token in bad.items():
            answer = await admin.http.post(
                "/graphql",
                json={"query": "{ viewer { subject } }"},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 401, case
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", case

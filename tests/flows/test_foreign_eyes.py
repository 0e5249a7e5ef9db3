"""A user of plant B sees nothing of plant A, and cannot tell it from what does not exist."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

from companies import Company, order, submit
from suite import Client

WORDS = "您无权访问该区域订单，请联系区域管理员"
SECRET = "CANARY-7F3A"
EVERYTHING = """{
  orders(first: 50) { nodes { id number customer { name } } totalCount }
  plants { id code name }
  locations { id code }
  inventoryLevels(first: 50) { nodes { sku { sku } location { code } onHand } }
  stockLedger(first: 50) { nodes { reference } }
  returns(first: 50) { nodes { number } }
}"""


def _without_ids(said: dict[str, Any], *ids: str) -> str:
    said = {name: value for name, value in said.items() if name != "extensions"}
    for error in said.get("errors", []):
        error.get("extensions", {}).pop("requestId", None)
        assert error.get("extensions", {}).pop("caseNumber")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    for each in ids:
        text = text.replace(each, "ID")
    return text


async def _foreign_order(company: Company) -> dict[str, Any]:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", 100)
    async with company.admin() as admin:
        payload = await submit(
            admin, **order(quantity=3, customer={"code": SECRET, "name": SECRET})
        )
    made: dict[str, Any] = payload["order"]
    assert made["plant"]["code"] == "NGB"
    return made


def _missing() -> str:
    return base64.b64encode(f"Order:{uuid4()}".encode()).decode()


async def test_lists_show_nothing_of_the_other_plant(company: Company) -> None:
    made = await _foreign_order(company)
    async with company.user("plant_manager@SZH") as suzhou:
        said = await suzhou.raw(EVERYTHING)

    text = json.dumps(said, ensure_ascii=False)
    assert "errors" not in said, said
    assert said["data"]["orders"] == {"nodes": [], "totalCount": 0}
    for secret in (SECRET, made["number"], made["id"], "宁波", "NGB", "HGH"):
        assert secret not in text


async def test_a_foreign_order_answers_like_one_that_does_not_exist(company: Company) -> None:
    made = await _foreign_order(company)
    by_id = "query($id: ID!) { order(id: $id) { number customer { name } } }"
    by_number = "query($n: String!) { order(number: $n) { number } }"
    node = "query($id: ID!) { node(id: $id) { id } }"
    missing = _missing()
    async with company.user("plant_manager@SZH") as suzhou:
        foreign = await suzhou.raw(by_id, id=made["id"])
        absent = await suzhou.raw(by_id, id=missing)
        foreign_number = await suzhou.raw(by_number, n=made["number"])
        absent_number = await suzhou.raw(by_number, n="HY20200101-9999")
        foreign_node = await suzhou.raw(node, id=made["id"])
        absent_node = await suzhou.raw(node, id=missing)

    assert foreign["errors"][0]["message"] == WORDS
    assert foreign["errors"][0]["extensions"]["code"] == "PLANT_FORBIDDEN"
    assert _without_ids(foreign) == _without_ids(absent)
    assert _without_ids(foreign_number) == _without_ids(absent_number)
    assert _without_ids(foreign_node) == _without_ids(absent_node)
    for said in (foreign, foreign_number, foreign_node):
        assert SECRET not in json.dumps(said, ensure_ascii=False)


async def test_a_foreign_order_can_not_be_changed_and_the_words_are_the_same(
    company: Company,
) -> None:
    made = await _foreign_order(company)
    basis = {"type": "EMAIL", "ref": "M-1", "note": ""}
    missing = _missing()
    async with company.user("plant_manager@SZH") as suzhou:
        for mutation, fields, more in (
            ("orderCancel", "order { id }", {"basis": basis}),
            ("orderTransition", "order { id }", {"step": "LOCK_KIT"}),
            ("returnRequest", "return { id }",
             {"lines": [{"lineNo": 1, "quantity": "1"}], "reason": "x", "basis": basis}),
        ):  # fmt: skip
            foreign = await suzhou.do(mutation, fields, orderId=made["id"], **more)
            absent = await suzhou.do(mutation, fields, orderId=missing, **more)
            assert foreign["userErrors"][0]["code"] == "PLANT_FORBIDDEN", (mutation, foreign)
            assert foreign["userErrors"][0]["message"] == WORDS
            assert foreign == absent

    async with company.admin() as admin:
        seen = await admin.ask(
            "query($id: ID!) { order(id: $id) { state history { change } } }", id=made["id"]
        )
    assert seen["order"]["state"] == "PENDING_REVIEW"
    assert len(seen["order"]["history"]) == 2


async def test_foreign_stock_can_neither_be_seen_nor_moved(company: Company) -> None:
    await _foreign_order(company)
    place = company.locations["HGH"]
    level = 'query($l: ID!) { inventoryLevel(skuCode: "BOLT", locationId: $l) { onHand } }'
    async with company.user("plant_manager@SZH") as suzhou:
        seen = await suzhou.raw(level, l=place)
        moved = await suzhou.do(
            "stockAdjust", "level { onHand }", locationId=place, sku="BOLT", delta="-1", reason="x"
        )

    assert (seen.get("data") or {}).get("inventoryLevel") is None
    assert moved["userErrors"][0]["message"] == WORDS
    assert float((await company.level("BOLT", "HGH"))["onHand"]) == 100


async def test_another_tenant_sees_nothing_at_all(company: Company) -> None:
    made = await _foreign_order(company)
    stranger = Company(company.suite)
    async with stranger.admin() as admin:
        said = await admin.raw(EVERYTHING)
        foreign = await admin.raw("query($id: ID!) { order(id: $id) { number } }", id=made["id"])

    assert said["data"]["orders"]["nodes"] == [] and said["data"]["plants"] == []
    assert foreign["errors"][0]["message"] == WORDS


async def test_who_sees_the_plant_but_may_not_act_is_told_what_is_missing(
    company: Company,
) -> None:
    made = await _foreign_order(company)
    async with company.user("sales@NGB", language="en") as sales:
        said = await sales.ask(
            """mutation($input: OrderTransitionInput!) { orderTransition(input: $input)
                @idempotent(key: "once") { userErrors { code message caseNumber } } }""",
            input={"orderId": made["id"], "step": "LOCK_KIT"},
        )

    (error,) = said["orderTransition"]["userErrors"]
    assert error["code"] == "NOT_PERMITTED"
    assert "order:advance" in error["message"]
    async with company.admin() as admin:
        told = await admin.ask(
            "query($number: String!) { accessCase(number: $number) { permission plant { code } } }",
            number=error["caseNumber"],
        )
    assert told["accessCase"] == {"permission": "order:advance", "plant": {"code": "NGB"}}


async def _number_of_orders(client: Client) -> int:
    data = await client.ask("{ orders(first: 1) { totalCount } }")
    count: int = data["orders"]["totalCount"]
    return count


async def test_staff_of_the_plant_see_their_own(company: Company) -> None:
    await _foreign_order(company)
    async with company.user("sales@NGB") as ningbo, company.user("dispatcher") as dispatcher:
        assert await _number_of_orders(ningbo) == 1
        assert await _number_of_orders(dispatcher) == 1

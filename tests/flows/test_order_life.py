"""An order from submission to return, as a person at a screen would see it."""

from __future__ import annotations

import asyncio
from typing import Any

from companies import Company, order, submit
from suite import Client, codes

BASIS = {"type": "EMAIL", "ref": "M-18"}

STEP = "order { id state sourcing milestones shortages { sku reason needed available } }"
ORDER = """query($id: ID!) { order(id: $id) {
  id number state sourcing milestones plant { code }
  lines { lineNo sku quantity reservations { quantity state location { code } } }
  history { change toState by basis { type ref } }
  decision { result chain { location { code } passed } }
  returns { number state } } }"""


async def _ready(company: Company, quantity: int = 100) -> None:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", quantity)


async def _step(client: Client, order_id: str, step: str, **more: Any) -> dict[str, Any]:
    return await client.do("orderTransition", STEP, orderId=order_id, step=step, **more)


async def _deliver(client: Client, order_id: str) -> None:
    for step in ("LOCK_KIT", "DISPATCH", "RELEASE_QUALITY"):
        payload = await _step(client, order_id, step)
        assert payload["userErrors"] == [], payload
    payload = await _step(client, order_id, "SIGN", signer="王芳")
    assert payload["userErrors"] == [], payload


async def test_an_order_goes_through_all_its_states(company: Company) -> None:
    await _ready(company)
    async with company.admin() as admin:
        made = (await submit(admin, **order(quantity=10)))["order"]
        await _deliver(admin, made["id"])
        seen = (await admin.ask(ORDER, id=made["id"]))["order"]

    assert seen["state"] == "SIGNED"
    assert seen["milestones"] == [
        "CAPTURED", "CONFIRMED", "ALLOCATED", "IN_PRODUCTION", "QUALITY_RELEASED", "DELIVERED",
    ]  # fmt: skip
    assert seen["decision"]["result"] == "ASSIGNED"
    level: dict[str, Any] = {}
    for _ in range(100):
        level = await company.level("BOLT", "HGH")
        if float(level["onHand"]) == 90:
            break
        await asyncio.sleep(0.05)
    assert {name: float(value) for name, value in level.items()} == {
        "onHand": 90, "reserved": 0, "allocated": 0, "qualityHold": 0, "damaged": 0,
        "available": 90, "safetyLevel": 0, "atp": 90,
    }  # fmt: skip


async def test_no_state_can_be_skipped(company: Company) -> None:
    await _ready(company)
    async with company.admin() as admin:
        made = (await submit(admin, **order()))["order"]
        for step in ("DISPATCH", "RELEASE_QUALITY"):
            payload = await _step(admin, made["id"], step)
            assert len(payload["userErrors"]) == 1
        payload = await _step(admin, made["id"], "SIGN", signer="王芳")
        assert len(payload["userErrors"]) == 1
        seen = (await admin.ask(ORDER, id=made["id"]))["order"]

    assert (seen["state"], seen["milestones"]) == ("PENDING_REVIEW", ["CAPTURED"])


async def test_the_kit_needs_five_percent_more_than_the_order(company: Company) -> None:
    await _ready(company, 104)
    async with company.admin() as admin:
        made = (await submit(admin, **order(quantity=100)))["order"]
        short = await _step(admin, made["id"], "LOCK_KIT")
        await company.stock("BOLT", "HGH", 1)
        enough = await _step(admin, made["id"], "LOCK_KIT")

    assert codes(short) == ["KIT_INCOMPLETE"]
    (gap,) = short["order"]["shortages"]
    assert (gap["sku"], float(gap["needed"]), float(gap["available"])) == ("BOLT", 105, 104)
    assert short["order"]["state"] == "PENDING_REVIEW"
    assert enough["userErrors"] == []
    assert enough["order"]["state"] == "KIT_LOCKED"


async def test_cancelling_needs_a_basis_and_gives_the_stock_back(company: Company) -> None:
    await _ready(company)
    async with company.admin() as admin:
        made = (await submit(admin, **order(quantity=10)))["order"]
        refused = await admin.do(
            "orderCancel",
            "order { state }",
            orderId=made["id"],
            basis={"type": "EMAIL", "ref": "", "note": ""},
        )
        assert float((await company.level("BOLT", "HGH"))["reserved"]) == 10

        done = await admin.do(
            "orderCancel",
            "order { state }",
            orderId=made["id"],
            basis={"type": "EMAIL", "ref": "M-17", "note": "客户取消"},
        )
        for _ in range(100):
            level = await company.level("BOLT", "HGH")
            if float(level["reserved"]) == 0:
                break
            await asyncio.sleep(0.05)
        seen = (await admin.ask(ORDER, id=made["id"]))["order"]

    assert codes(refused) == ["BASIS_REQUIRED"]
    assert refused["userErrors"][0]["field"][-2:] == ["basis", "ref"]
    assert done["order"]["state"] == "CANCELLED"
    assert float(level["available"]) == 100
    assert seen["history"][-1]["basis"] == {"type": "EMAIL", "ref": "M-17"}


async def test_a_repeated_submission_is_answered_with_the_first_order(company: Company) -> None:
    await _ready(company)
    async with company.admin() as admin:
        await submit(admin, **order())
        fields = "order { id number }"
        first = await admin.done("orderSubmit", fields, key="again", **order(quantity=7))
        second = await admin.done("orderSubmit", fields, key="again", **order(quantity=7))
        other = await admin.do("orderSubmit", fields, key="again", **order(quantity=8))

    assert second == first
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]
    assert float((await company.level("BOLT", "HGH"))["reserved"]) == 8


async def test_a_return_comes_back_into_stock_by_its_disposition(company: Company) -> None:
    await _ready(company)
    async with company.admin() as admin:
        made = (await submit(admin, **order(quantity=10)))["order"]
        early = await admin.do(
            "returnRequest", "return { state }",
            orderId=made["id"], lines=[{"lineNo": 1, "quantity": "4"}], reason="尺寸不符",
            basis=BASIS,
        )  # fmt: skip
        await _deliver(admin, made["id"])
        request = await _until_delivered(admin, made["id"])
        rma = request["return"]
        received = await admin.done(
            "returnReceive", "return { state }",
            returnId=rma["id"], locationId=company.locations["HGH"],
        )  # fmt: skip
        inspected = await admin.done(
            "returnInspect", "return { state }", returnId=rma["id"], accept=True,
            lines=[
                {"lineNo": 1, "quantity": "1", "disposition": "RESTOCKED"},
                {"lineNo": 1, "quantity": "1", "disposition": "PROCESSING_REQUIRED"},
                {"lineNo": 1, "quantity": "1", "disposition": "NOT_RESTOCKED"},
                {"lineNo": 1, "quantity": "1", "disposition": "MISSING"},
            ],
        )  # fmt: skip
        level: dict[str, Any] = {}
        for _ in range(100):
            level = await company.level("BOLT", "HGH")
            if float(level["onHand"]) == 93:
                break
            await asyncio.sleep(0.05)
        seen = (await admin.ask(ORDER, id=made["id"]))["order"]

    assert codes(early) == ["NOT_DELIVERED"]
    assert (rma["state"], received["return"]["state"]) == ("APPROVED", "RECEIVED")
    assert inspected["return"]["state"] == "ACCEPTED"
    wanted = {"onHand": 93, "qualityHold": 1, "damaged": 1, "available": 91}
    assert {name: float(level[name]) for name in wanted} == wanted
    assert [each["state"] for each in seen["returns"]] == ["ACCEPTED"]


async def _until_delivered(admin: Client, order_id: str) -> dict[str, Any]:
    """The delivery reaches the returns service a moment later."""
    payload: dict[str, Any] = {}
    for _ in range(100):
        payload = await admin.do(
            "returnRequest", "return { id number state reasons { code passed } }",
            orderId=order_id, lines=[{"lineNo": 1, "quantity": "4"}], reason="尺寸不符",
            basis=BASIS,
        )  # fmt: skip
        if not payload["userErrors"]:
            return payload
        await asyncio.sleep(0.05)
    raise AssertionError(payload)

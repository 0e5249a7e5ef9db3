"""orderSubmit waits until the order has come to rest, and the others tell what became of it."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from uuid import UUID

import pytest
from gateway_makers import LOCATION_ID, NOON, ORDER, PLANT_ID, changed
from hedgerow.contracts.orders import (
    AdvanceOrder,
    CancelOrder,
    OrderAttribute,
    OrderKitRefused,
    OrderPriority,
    OrderReserved,
    OrdersByIds,
    OrderState,
    Shortage,
    Sourcing,
    SubmitOrder,
)
from hedgerow.contracts.values import Basis, Datum, GeoPoint, Money
from hedgerow.errors import Invalid, PlantForbidden
from hedgerow_gateway.schema.ids import global_id

SUBMIT = """mutation($input: OrderSubmitInput!) { orderSubmit(input: $input) {
  settled order { id number sourcing } userErrors { code message field } } }"""
KEYED = SUBMIT.replace("(input: $input)", "(input: $input) @idempotent(key: $key)").replace(
    "mutation(", "mutation($key: String!, "
)
INPUT = {
    "channel": "WEB",
    "customer": {"code": "C-1", "name": "客户一"},
    "shipTo": {
        "region": "浙江",
        "city": "杭州",
        "point": {"lon": 120.1, "lat": 30.2, "datum": "GCJ02"},
    },
    "lines": [
        {"sku": "A", "quantity": "2.50", "unitPrice": {"amount": "9.90", "currencyCode": "CNY"}},
        {"sku": "B", "quantity": "1"},
    ],
    "placedAt": "2026-03-29T20:00:00+08:00",
}
PENDING = changed(ORDER, sourcing=Sourcing.PENDING, plant_id=None)


def submitted(message: SubmitOrder, _):
    return changed(PENDING, order_id=message.order_id)


def settling(services, gateway, after_s: float):
    """Answers the command, and a moment later lets the order be reserved."""

    async def announce(order_id: UUID) -> None:
        await asyncio.sleep(after_s)
        services.answer(OrdersByIds, (changed(ORDER, order_id=order_id),))
        event = OrderReserved(order_id=order_id, number="HY", occurred_at=NOON, plant_id=PLANT_ID)
        await services.happen(event, tenant=gateway.tenant, plant=PLANT_ID, version=2)

    def answer(message, caller):
        services.task = asyncio.create_task(announce(message.order_id))
        return submitted(message, caller)

    return answer


async def test_an_order_is_submitted_as_the_input_says(gateway, services):
    services.answer(SubmitOrder, submitted)
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(SUBMIT, input=INPUT | {"waitFor": "CAPTURED"})

    (sent,) = services.of_users
    message = sent.message
    assert data["orderSubmit"]["order"]["id"] == global_id("Order", message.order_id)
    assert data["orderSubmit"]["settled"] is False
    assert data["orderSubmit"]["userErrors"] == []
    assert (message.channel, message.customer.name) == ("WEB", "客户一")
    assert message.ship_to.point == GeoPoint(120.1, 30.2, Datum.GCJ02)
    assert message.lines[0].unit_price == Money(Decimal("9.90"), "CNY")
    assert [(line.sku, line.quantity) for line in message.lines] == [
        ("A", Decimal("2.50")),
        ("B", Decimal(1)),
    ]
    assert message.placed_at.isoformat() == "2026-03-29T12:00:00+00:00"
    assert sent.key != ""
    assert (message.priority, message.customer_grade, message.attributes) == ("NORMAL", "", ())


async def test_what_rules_may_ask_about_an_order_is_taken_and_told(gateway, services):
    said = {
        "priority": "A",
        "customerGrade": "GOLD",
        "attributes": [{"name": "gift", "value": "yes"}],
    }

    def answer(message: SubmitOrder, _):
        return changed(
            PENDING,
            order_id=message.order_id,
            priority=message.priority,
            customer_grade=message.customer_grade,
            attributes=message.attributes,
        )

    services.answer(SubmitOrder, answer)
    fields = "order { priority customerGrade attributes { name value } }"
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(
            SUBMIT.replace("order { id number sourcing }", fields),
            input=INPUT | said | {"waitFor": "CAPTURED"},
        )

    (sent,) = services.of_users
    assert sent.message.priority is OrderPriority.A
    assert sent.message.customer_grade == "GOLD"
    assert sent.message.attributes == (OrderAttribute("gift", "yes"),)
    assert data["orderSubmit"]["order"] == said


async def test_the_answer_waits_for_plant_and_stock(gateway, services):
    services.answer(SubmitOrder, settling(services, gateway, 0.1))
    async with gateway.user("tenant_admin") as user:
        began = time.perf_counter()
        data = await user.ask(SUBMIT, input=INPUT)

    assert data["orderSubmit"]["settled"] is True
    assert data["orderSubmit"]["order"]["sourcing"] == "RESERVED"
    assert 0.1 <= time.perf_counter() - began < 0.24
    assert len(services.messages(OrdersByIds)) == 1


async def test_an_order_that_takes_too_long_is_answered_unsettled(gateway, services):
    services.answer(SubmitOrder, submitted)
    services.answer(OrdersByIds, lambda m, _: tuple(changed(PENDING, order_id=i) for i in m.ids))
    async with gateway.user("tenant_admin") as user:
        began = time.perf_counter()
        data = await user.ask(SUBMIT, input=INPUT)

    assert data["orderSubmit"]["settled"] is False
    assert data["orderSubmit"]["order"]["sourcing"] == "PENDING"
    assert 0.6 <= time.perf_counter() - began < 1.0


async def test_a_lost_event_delays_the_answer_and_changes_nothing(gateway, services):
    services.answer(SubmitOrder, submitted)
    services.answer(OrdersByIds, lambda m, _: tuple(changed(ORDER, order_id=i) for i in m.ids))
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(SUBMIT, input=INPUT)

    assert data["orderSubmit"]["settled"] is True


async def test_who_may_not_see_the_order_any_more_gets_it_as_it_was(gateway, services):
    services.answer(SubmitOrder, submitted)
    services.answer(OrdersByIds, lambda m, _: tuple(None for _ in m.ids))
    async with gateway.user("dispatcher") as user:
        data = await user.ask(SUBMIT, input=INPUT)

    assert data["orderSubmit"]["settled"] is True
    assert data["orderSubmit"]["order"]["number"] == ORDER.number
    assert data["orderSubmit"]["order"]["sourcing"] == "PENDING"


async def test_an_event_of_another_tenant_settles_nothing(gateway, services):
    def answer(message, caller):
        event = OrderReserved(
            order_id=message.order_id, number="HY", occurred_at=NOON, plant_id=PLANT_ID
        )
        services.task = asyncio.create_task(
            services.happen(event, tenant=str(UUID(int=5)), plant=PLANT_ID)
        )
        return submitted(message, caller)

    services.answer(SubmitOrder, answer)
    services.answer(OrdersByIds, lambda m, _: tuple(changed(PENDING, order_id=i) for i in m.ids))
    async with gateway.user("tenant_admin") as user:
        await user.ask(SUBMIT, input=INPUT)

    assert len(services.messages(OrdersByIds)) == 1  # the last look; the event gave no occasion


async def test_a_repeated_submission_is_the_same_command(gateway, services):
    services.answer(SubmitOrder, submitted)
    services.answer(OrdersByIds, lambda m, _: tuple(changed(ORDER, order_id=i) for i in m.ids))
    async with gateway.user("tenant_admin") as user:
        first = await user.ask(KEYED, input=INPUT, key="import-1")
        second = await user.ask(KEYED, input=INPUT, key="import-1")
        other = await user.ask(KEYED, input=INPUT, key="import-2")

    sent = [each for each in services.asked if isinstance(each.message, SubmitOrder)]
    assert sent[0].message == sent[1].message
    assert sent[0].key == sent[1].key != sent[2].key
    assert first == second
    assert other["orderSubmit"]["order"]["id"] != first["orderSubmit"]["order"]["id"]


async def test_a_refusal_names_the_place_in_the_input_in_the_language_asked_for(gateway, services):
    def refuse(*_):
        raise Invalid("Too much.", "过多", field="lines.0.unit_price.currency")

    services.answer(SubmitOrder, refuse)
    async with (
        gateway.user("tenant_admin") as english,
        gateway.user("tenant_admin", language="fr, zh-CN;q=0.8, en;q=0.5") as chinese,
    ):
        said = [(await user.ask(SUBMIT, input=INPUT))["orderSubmit"] for user in (english, chinese)]

    field = ["input", "lines", "0", "unitPrice", "currencyCode"]
    assert [each["userErrors"] for each in said] == [
        [{"code": "INVALID", "message": "Too much.", "field": field}],
        [{"code": "INVALID", "message": "过多", "field": field}],
    ]
    assert said[0]["order"] is None
    assert services.messages(OrdersByIds) == []


async def test_a_code_of_the_mutation_is_answered_as_it_is(gateway, services):
    class UnknownSku(Invalid):
        code = "UNKNOWN_SKU"

    def refuse(*_):
        raise UnknownSku("No such SKU.", "无此 SKU", field="lines.0.sku")

    services.answer(SubmitOrder, refuse)
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(SUBMIT, input=INPUT)

    assert data["orderSubmit"]["userErrors"][0]["code"] == "UNKNOWN_SKU"


CANCEL = """mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
  order { state } userErrors { code message field } } }"""
STEP = """mutation($input: OrderTransitionInput!) { orderTransition(input: $input) {
  order { state shortages { sku needed available } } userErrors { code field } } }"""
ID = global_id("Order", ORDER.order_id)


async def test_an_order_is_cancelled_with_its_basis(gateway, services):
    services.answer(CancelOrder, changed(ORDER, state=OrderState.CANCELLED))
    basis = {"type": "EMAIL", "ref": "M-17"}
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(CANCEL, input={"orderId": ID, "basis": basis, "expectedVersion": 2})

    assert data["orderCancel"] == {"order": {"state": "CANCELLED"}, "userErrors": []}
    assert services.messages(CancelOrder) == [
        CancelOrder(order_id=ORDER.order_id, basis=Basis("EMAIL", "M-17"), expected_version=2)
    ]


async def test_a_foreign_order_is_refused_in_the_known_words(gateway, services):
    def refuse(*_):
        raise PlantForbidden(field="order_id")

    services.answer(CancelOrder, refuse)
    async with gateway.user("tenant_admin", language="") as user:
        data = await user.ask(CANCEL, input={"orderId": ID, "basis": {"type": "E", "ref": "1"}})

    assert data["orderCancel"]["userErrors"] == [
        {
            "code": "PLANT_FORBIDDEN",
            "message": "您无权访问该区域订单，请联系区域管理员",
            "field": ["input", "orderId"],
        }
    ]


async def test_a_kit_that_is_not_complete_says_what_is_missing(gateway, services):
    gap = Shortage(
        line_no=1, sku="A", location_id=LOCATION_ID, needed=Decimal(105), available=Decimal(104),
        safety_level=Decimal(0), reason="INSUFFICIENT",
    )  # fmt: skip

    async def announce() -> None:
        await asyncio.sleep(0.05)
        services.answer(OrdersByIds, (changed(ORDER, shortages=(gap,)),))
        event = OrderKitRefused(
            order_id=ORDER.order_id, number="HY", occurred_at=NOON, plant_id=PLANT_ID,
            shortages=(gap,),
        )  # fmt: skip
        await services.happen(event, tenant=gateway.tenant, plant=PLANT_ID)

    def answer(*_):
        services.task = asyncio.create_task(announce())
        return changed(ORDER, kit_lock_pending=True)

    services.answer(AdvanceOrder, answer)
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(STEP, input={"orderId": ID, "step": "LOCK_KIT"})

    assert data["orderTransition"] == {
        "order": {
            "state": "PENDING_REVIEW",
            "shortages": [{"sku": "A", "needed": "105", "available": "104"}],
        },
        "userErrors": [{"code": "KIT_INCOMPLETE", "field": ["input", "step"]}],
    }


@pytest.mark.parametrize("step", ["DISPATCH", "RELEASE_QUALITY", "SIGN"])
async def test_the_other_steps_do_not_wait(gateway, services, step):
    services.answer(AdvanceOrder, changed(ORDER, state=OrderState.IN_PRODUCTION))
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(STEP, input={"orderId": ID, "step": step, "signer": "王芳"})

    assert data["orderTransition"]["order"]["state"] == "IN_PRODUCTION"
    assert services.messages(OrdersByIds) == []
    assert services.messages(AdvanceOrder)[0].signer == "王芳"

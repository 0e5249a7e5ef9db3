"""Refusals for want of a right: their case numbers, and what is recorded of them."""

from __future__ import annotations

import asyncio
import base64
from uuid import UUID

import pytest
from gateway_makers import (
    LOCATION,
    LOCATION_ID,
    ORDER,
    ORDER_ID,
    OTHER_PLANT_ID,
    PLANT,
    PLANT_ID,
    RMA,
    RMA_ID,
    changed,
)
from hedgerow.auth import NotPermitted, Permission
from hedgerow.contracts import access, inventory, orders, rma, routing
from hedgerow.errors import PlantForbidden, Unavailable
from hedgerow_gateway.schema.ids import global_id

FOREIGN = changed(ORDER, plant_id=OTHER_PLANT_ID)
ABSENT = UUID(int=404)
BY_ID = "query($id: ID!) { order(id: $id) { number } }"
BY_NUMBER = "query($n: String!) { order(number: $n) { number } }"
CANCEL = """mutation($id: ID!) { orderCancel(input: {orderId: $id, basis: {type: "T", ref: "1"}}) {
  order { number } userErrors { code message caseNumber } } }"""
ADJUST = """mutation($l: ID!) { stockAdjust(input: {locationId: $l, sku: "A", delta: "1", reason: "x"}) {
  level { atp } userErrors { code field caseNumber } } }"""


def mine(caller) -> bool:
    return caller.is_service


@pytest.fixture
def world(services):
    """The only order is another plant's; the gateway itself sees it."""
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(
        orders.OrdersByIds,
        lambda m, c: tuple(FOREIGN if mine(c) and i == ORDER_ID else None for i in m.ids),
    )
    services.answer(
        orders.OrderByNumber, lambda m, c: FOREIGN if mine(c) and m.number == "HY1" else None
    )

    def refuse(message, _):
        raise PlantForbidden(field="order_id")

    services.answer(orders.CancelOrder, refuse)
    return services


def recorded(services) -> access.RecordDenial:
    (denial,) = services.messages(access.RecordDenial)
    return denial


async def test_a_query_is_told_its_case(gateway, world):
    async with gateway.user("plant_manager@NB") as user:
        (error,) = await user.errors(BY_ID, id=global_id("Order", ORDER_ID))

    assert error["extensions"]["code"] == "PLANT_FORBIDDEN"
    assert error["extensions"]["caseNumber"] == "C-1"
    assert recorded(world) == access.RecordDenial(
        subject="tester",
        operation="order",
        code="PLANT_FORBIDDEN",
        asked=(f"Order:{ORDER_ID}",),
        plant_id=OTHER_PLANT_ID,
        permission="",
    )
    (asked,) = [each for each in world.asked if type(each.message) is access.RecordDenial]
    assert asked.caller.subject == "service:gateway"
    assert str(asked.caller.tenant_id) == gateway.tenant
    assert (asked.origin.ip, asked.origin.request_id) == (
        "127.0.0.1",
        error["extensions"]["requestId"],
    )


async def test_a_mutation_is_told_its_case(gateway, world):
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(CANCEL, id=global_id("Order", ORDER_ID))

    (error,) = data["orderCancel"]["userErrors"]
    assert (error["code"], error["caseNumber"]) == ("PLANT_FORBIDDEN", "C-1")
    denial = recorded(world)
    assert (denial.operation, denial.asked) == ("orderCancel", (f"Order:{ORDER_ID}",))
    assert denial.plant_id == OTHER_PLANT_ID


async def test_a_number_is_named_as_it_was_asked_for(gateway, world):
    async with gateway.user("plant_manager@NB") as user:
        await user.errors(BY_NUMBER, n="HY1")

    assert (recorded(world).asked, recorded(world).plant_id) == (
        ("Order.number:HY1",),
        OTHER_PLANT_ID,
    )


@pytest.mark.parametrize(
    ("text", "name", "foreign", "absent"),
    [
        (BY_ID, "id", global_id("Order", ORDER_ID), global_id("Order", ABSENT)),
        (BY_NUMBER, "n", "HY1", "HY9"),
        (CANCEL, "id", global_id("Order", ORDER_ID), global_id("Order", ABSENT)),
    ],
)
async def test_what_is_foreign_and_what_is_absent_take_the_same_steps(
    gateway, world, text, name, foreign, absent
):
    steps, bodies = [], []
    async with gateway.user("plant_manager@NB") as user:
        await user.post("{ viewer { subject } }")
        await asyncio.sleep(0.1)  # its claims are told in the background
        for given in (foreign, absent):
            world.asked.clear()
            said = await user.post(text, **{name: given})
            steps.append([(type(each.message), each.caller.subject) for each in world.asked])
            request_id = said.json()["extensions"]["requestId"]
            bodies.append(said.text.replace(request_id, "R"))

    assert steps[0] == steps[1]
    assert bodies[0] == bodies[1]


async def test_a_missing_permission_is_named_with_its_plant(gateway, world):
    def refuse(*_):
        raise NotPermitted(Permission.ORDER_CANCEL)

    world.answer(orders.CancelOrder, refuse)
    world.answer(orders.OrdersByIds, (ORDER,))
    async with gateway.user("planner@NB") as user:
        data = await user.ask(CANCEL, id=global_id("Order", ORDER_ID))

    assert data["orderCancel"]["userErrors"][0]["caseNumber"] == "C-1"
    denial = recorded(world)
    assert (denial.code, denial.permission, denial.plant_id) == (
        "NOT_PERMITTED",
        "order:cancel",
        PLANT_ID,
    )


async def test_of_several_things_the_one_out_of_reach_says_whose_it_is(gateway, world):
    def refuse(*_):
        raise PlantForbidden(field="location_id")

    foreign = changed(LOCATION, plant_id=OTHER_PLANT_ID)
    world.answer(routing.LocationsByIds, (foreign,))
    world.answer(rma.RmasByIds, (RMA,))
    world.answer(rma.ReceiveReturn, refuse)
    text = """mutation($r: ID!, $l: ID!) { returnReceive(input: {returnId: $r, locationId: $l}) {
      return { number } userErrors { code caseNumber } } }"""
    async with gateway.user("plant_manager@NB") as user:
        await user.ask(text, r=global_id("Rma", RMA_ID), l=global_id("Location", LOCATION_ID))

    denial = recorded(world)
    assert denial.asked == (f"Rma:{RMA_ID}", f"Location:{LOCATION_ID}")
    assert denial.plant_id == OTHER_PLANT_ID


async def test_the_gateways_own_refusals_are_recorded_as_well(gateway, world):
    world.answer(routing.LocationsByIds, (None,))
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(ADJUST, l=global_id("Location", ABSENT))

    assert data["stockAdjust"]["userErrors"] == [
        {"code": "PLANT_FORBIDDEN", "field": ["input", "locationId"], "caseNumber": "C-1"}
    ]
    assert recorded(world).asked == (f"Location:{ABSENT}", "Sku:A")
    assert recorded(world).plant_id is None
    assert world.messages(inventory.AdjustStock) == []


async def test_each_field_of_an_operation_has_a_case_of_its_own(gateway, world):
    text = "query($a: ID!, $b: ID!) { x: order(id: $a) { number } y: order(id: $b) { number } }"
    async with gateway.user("plant_manager@NB") as user:
        errors = await user.errors(
            text, a=global_id("Order", ORDER_ID), b=global_id("Order", ABSENT)
        )

    assert {each["extensions"]["caseNumber"] for each in errors} == {"C-1", "C-2"}
    asked = {each.asked for each in world.messages(access.RecordDenial)}
    assert asked == {(f"Order:{ORDER_ID}",), (f"Order:{ABSENT}",)}


async def test_many_refusals_below_one_field_are_one_case(gateway, world):
    def refuse(*_):
        raise NotPermitted(Permission.STOCK_READ)

    world.answer(orders.OrdersByIds, (changed(ORDER, lines=ORDER.lines * 3),))
    world.answer(inventory.ReservationsByOrders, refuse)
    text = "query($id: ID!) { order(id: $id) { lines { reservations { quantity } } } }"
    async with gateway.user("support@NB") as user:
        errors = await user.errors(text, id=global_id("Order", ORDER_ID))

    assert [each["extensions"]["caseNumber"] for each in errors] == ["C-1"] * 3
    assert recorded(world).permission == "stock:read"


@pytest.mark.parametrize("broken", [access.RecordDenial, orders.OrdersByIds])
async def test_a_refusal_that_cannot_be_recorded_is_told_all_the_same(
    gateway, world, caplog, monkeypatch, broken
):
    def refuse(message, caller):
        if mine(caller):
            raise Unavailable("Down.", "停机")
        return (None,)

    monkeypatch.setattr("hedgerow_gateway.denials.RECORD_S", 0.3)
    world.answer(broken, refuse)
    async with gateway.user("plant_manager@NB") as user:
        (error,) = await user.errors(BY_ID, id=global_id("Order", ORDER_ID))

    assert error["extensions"]["code"] == "PLANT_FORBIDDEN"
    assert "caseNumber" not in error["extensions"]
    (record,) = [each for each in caplog.records if each.message == "a denial has no case"]
    assert record.levelname == "ERROR"
    assert (record.subject, record.operation, record.code) == (
        "tester",
        "order",
        "PLANT_FORBIDDEN",
    )
    assert record.asked == [f"Order:{ORDER_ID}"]
    assert record.ip == "127.0.0.1"


async def test_other_refusals_are_no_cases(gateway, world):
    bad = base64.b64encode(b"Order:x").decode()
    async with gateway.user("plant_manager@NB") as user:
        (error,) = await user.errors(BY_ID, id=bad)

    assert error["extensions"]["reason"] == "INVALID_ID"
    assert world.messages(access.RecordDenial) == []

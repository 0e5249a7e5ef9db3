"""Positions: attested before the command, and what comes of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from gateway_access import ATTESTATION, FIX
from gateway_makers import (
    LOCATION,
    LOCATION_ID,
    NOON,
    ORDER,
    ORDER_ID,
    OTHER_PLANT_ID,
    PLANT,
    PLANT_ID,
    RMA,
    RMA_ID,
    STOCK,
    changed,
)
from hedgerow.auth import Presence
from hedgerow.contracts import access, inventory, orders, presence, rma, routing
from hedgerow.contracts.values import PresenceVerdict
from hedgerow.errors import Conflict, Denied, Invalid, PlantForbidden
from hedgerow_gateway.schema.ids import global_id

PLACE = global_id("Location", LOCATION_ID)
POSITION = {
    "point": {"lon": 121.55, "lat": 29.87, "datum": "GCJ02"},
    "accuracyM": 12.5,
    "at": "2026-03-29T12:00:00Z",
    "nonce": "n" * 16,
}
ADJUST = {"locationId": PLACE, "sku": "BOLT-M8", "delta": "1", "reason": "盘点"}
RETURN = global_id("Rma", RMA_ID)
LOCKED = changed(ORDER, state=orders.OrderState.KIT_LOCKED)
PRESENT = Presence(
    number="PC20260329-0001",
    plant_id=PLANT_ID,
    act="STOCK_ADJUST",
    verdict=PresenceVerdict.INSIDE,
    lon=121.5455,
    lat=29.8725,
    accuracy_m=12.5,
    at=NOON,
    attested_at=NOON,
)

# mutation, fields, input, what it sends, what that is answered with, the act
CASES = [
    ("stockAdjust", "level { atp }", ADJUST, inventory.AdjustStock, STOCK, "STOCK_ADJUST"),
    ("stockReceive", "levels { atp }",
     {"locationId": PLACE, "reference": "PO", "lines": [{"sku": "A", "quantity": "1"}]},
     inventory.ReceiveStock, (STOCK,), "STOCK_RECEIVE"),
    ("orderTransition", "order { number }",
     {"orderId": global_id("Order", ORDER_ID), "step": "DISPATCH"},
     orders.AdvanceOrder, ORDER, "ORDER_DISPATCH"),
    ("orderTransition", "order { number }",
     {"orderId": global_id("Order", ORDER_ID), "step": "LOCK_KIT"},
     orders.AdvanceOrder, LOCKED, "ORDER_LOCK_KIT"),
    ("returnReceive", "return { number }", {"returnId": RETURN, "locationId": PLACE},
     rma.ReceiveReturn, RMA, "RETURN_RECEIVE"),
    ("returnInspect", "return { number }", {"returnId": RETURN, "accept": False, "lines": []},
     rma.InspectReturn, RMA, "RETURN_INSPECT"),
]  # fmt: skip
IDS = [f"{case[0]}-{case[5]}" for case in CASES]


@pytest.fixture
def world(services):
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(
        routing.LocationsByIds, lambda m, _: tuple(changed(LOCATION, location_id=i) for i in m.ids)
    )
    services.answer(orders.OrdersByIds, (ORDER,))
    services.answer(rma.RmasByIds, (changed(RMA, location_id=LOCATION_ID),))
    services.answer(
        presence.AttestPresence, lambda m, _: changed(ATTESTATION, act=m.act, plant_id=m.plant_id)
    )
    services.answer(inventory.AdjustStock, STOCK)
    return services


def mutation(name: str, fields: str, *, key: str = "k") -> str:
    title = name[0].upper() + name[1:]
    return (
        f'mutation($input: {title}Input!) {{ {name}(input: $input) @idempotent(key: "{key}") '
        f"{{ {fields} userErrors {{ code message field caseNumber }} }} }}"
    )


def sent(world, kind: type) -> list:
    return [each for each in world.asked if type(each.message) is kind]


@pytest.mark.parametrize("case", CASES, ids=IDS)
async def test_a_position_is_attested_before_the_command_which_carries_it(gateway, world, case):
    name, fields, given, kind, reply, act = case
    world.answer(kind, reply)
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(mutation(name, fields), input=given | {"position": POSITION})

    assert data[name]["userErrors"] == []
    (attest,), (command,) = sent(world, presence.AttestPresence), sent(world, kind)
    assert world.asked.index(attest) < world.asked.index(command)
    assert changed(attest.message, attestation_id=None) == presence.AttestPresence(
        attestation_id=None, plant_id=PLANT_ID, act=act, fix=FIX
    )
    assert attest.caller.subject == "tester"
    assert command.presence == changed(PRESENT, act=act)


@pytest.mark.parametrize("case", CASES, ids=IDS)
async def test_without_a_position_nothing_is_attested(gateway, world, case):
    name, fields, given, kind, reply, _ = case
    world.answer(kind, reply)
    async with gateway.user("plant_manager@NB") as user:
        await user.ask(mutation(name, fields), input=given)

    (command,) = sent(world, kind)
    assert command.presence is None
    assert sent(world, presence.AttestPresence) == []


async def test_a_repeated_mutation_repeats_its_attestation(gateway, world):
    async with gateway.user("plant_manager@NB") as user:
        for key in ("k", "k", "other"):
            await user.ask(
                mutation("stockAdjust", "level { atp }", key=key),
                input=ADJUST | {"position": POSITION},
            )

    first, again, other = sent(world, presence.AttestPresence)
    assert (first.key, first.message) == (again.key, again.message)
    assert first.key != other.key
    assert first.message.attestation_id != other.message.attestation_id
    commands = sent(world, inventory.AdjustStock)
    assert first.key not in {each.key for each in commands}


async def test_a_confirmation_is_handed_on_and_named_in_the_presence(gateway, world):
    world.answer(
        presence.AttestPresence,
        changed(ATTESTATION, verdict=PresenceVerdict.CONFIRMED, confirmed_by="li"),
    )
    position = POSITION | {"confirmation": "PC20260329-0009"}
    async with gateway.user("plant_manager@NB") as user:
        await user.ask(
            mutation("stockAdjust", "level { atp }"), input=ADJUST | {"position": position}
        )

    (attest,), (command,) = sent(world, presence.AttestPresence), sent(world, inventory.AdjustStock)
    assert attest.message.confirmation == "PC20260329-0009"
    assert (command.presence.verdict, command.presence.confirmed_by) == ("CONFIRMED", "li")


async def test_a_return_is_inspected_where_it_lies(gateway, world):
    """At the plant of the location that took it in, which need not be the order's."""
    world.answer(rma.InspectReturn, RMA)
    world.answer(routing.LocationsByIds, (changed(LOCATION, plant_id=OTHER_PLANT_ID),))
    given = {"returnId": RETURN, "accept": False, "lines": [], "position": POSITION}
    async with gateway.user("tenant_admin") as user:
        await user.ask(mutation("returnInspect", "return { number }"), input=given)

    (attest,) = sent(world, presence.AttestPresence)
    assert attest.message.plant_id == OTHER_PLANT_ID


class Used(Conflict):
    code = "NONCE_REPLAYED"


class Wrong(Invalid):
    code = "BAD_COORDINATE"


@pytest.mark.parametrize(
    ("refused", "code", "field"),
    [
        (Used("Used.", "已使用", field="fix.nonce"), "NONCE_REPLAYED", ["position", "nonce"]),
        (Wrong("No.", "否", field="fix.point.lon"), "BAD_COORDINATE", ["position", "point", "lon"]),
        (Wrong("No.", "否", field="fix.accuracy_m"), "BAD_COORDINATE", ["position", "accuracyM"]),
        (Used("No.", "否", field="confirmation"), "NONCE_REPLAYED", ["position", "confirmation"]),
        (Used("No.", "否"), "NONCE_REPLAYED", ["position"]),
        (PlantForbidden(field="plant_id"), "PLANT_FORBIDDEN", ["locationId"]),
    ],
)
async def test_a_refused_position_stops_the_mutation_and_is_named(
    gateway, world, refused, code, field
):
    def refuse(*_):
        raise refused

    world.answer(presence.AttestPresence, refuse)
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(
            mutation("stockAdjust", "level { atp }"), input=ADJUST | {"position": POSITION}
        )

    (error,) = data["stockAdjust"]["userErrors"]
    assert (error["code"], error["field"]) == (code, ["input", *field])
    assert sent(world, inventory.AdjustStock) == []


class Outside(Denied):
    code = "OUTSIDE_FENCE"


async def test_the_owners_refusal_carries_the_number_of_the_attestation(gateway, world):
    def refuse(*_):
        raise Outside("You are not at the plant.", "您不在工厂范围内", case="PC20260329-0001")

    world.answer(inventory.AdjustStock, refuse)
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(
            mutation("stockAdjust", "level { atp }"), input=ADJUST | {"position": POSITION}
        )

    assert data["stockAdjust"] == {
        "level": None,
        "userErrors": [
            {
                "code": "OUTSIDE_FENCE",
                "message": "You are not at the plant.",
                "field": None,
                "caseNumber": "PC20260329-0001",
            }
        ],
    }
    assert world.messages(access.RecordDenial) == []


async def test_a_foreign_order_is_refused_before_any_position_is_looked_at(gateway, world):
    world.answer(orders.OrdersByIds, (None,))
    given = {"orderId": global_id("Order", UUID(int=404)), "step": "SIGN", "position": POSITION}
    async with gateway.user("plant_manager@NB") as user:
        data = await user.ask(mutation("orderTransition", "order { number }"), input=given)

    (error,) = data["orderTransition"]["userErrors"]
    assert (error["code"], error["field"]) == ("PLANT_FORBIDDEN", ["input", "orderId"])
    assert sent(world, presence.AttestPresence) == sent(world, orders.AdvanceOrder) == []


async def test_an_order_without_a_plant_needs_no_position(gateway, world):
    world.answer(orders.OrdersByIds, (changed(ORDER, plant_id=None),))
    world.answer(orders.AdvanceOrder, ORDER)
    given = {"orderId": global_id("Order", ORDER_ID), "step": "SIGN", "position": POSITION}
    async with gateway.user("tenant_admin") as user:
        await user.ask(mutation("orderTransition", "order { number }"), input=given)

    assert sent(world, presence.AttestPresence) == []
    assert sent(world, orders.AdvanceOrder)[0].presence is None

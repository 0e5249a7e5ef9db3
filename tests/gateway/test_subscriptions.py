"""Subscriptions over graphql-transport-ws: what passes, and to whom."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from gateway_makers import NOON, ORDER, ORDER_ID, OTHER_PLANT_ID, PLANT, PLANT_ID, changed
from gateway_world import greeted
from hedgerow.contracts.orders import OrderReserved, OrdersByIds, OrderSubmitted, OrderType
from hedgerow.contracts.routing import ListPlants
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow_gateway.schema.ids import global_id

EVENTS = """subscription { orderEvents { kind orderId plantId occurredAt version
  order { number state } } }"""
RESERVED = OrderReserved(order_id=ORDER_ID, number="HY", occurred_at=NOON, plant_id=PLANT_ID)
SUBMITTED = OrderSubmitted(
    order_id=ORDER_ID, number="HY", occurred_at=NOON, type=OrderType.MTO, channel="WEB",
    customer_code="C", region="浙江", point=LonLat(120, 30), given=GeoPoint(120, 30, Datum.WGS84),
    lines=(), placed_at=NOON,
)  # fmt: skip


@pytest.fixture
def world(services):
    services.answer(ListPlants, (PLANT,))
    services.answer(OrdersByIds, lambda m, _: tuple(changed(ORDER, order_id=i) for i in m.ids))
    return services


async def test_an_event_is_passed_on_with_the_order_as_it_is_now(gateway, world):
    async with greeted(gateway, "plant_manager@NB") as socket:
        await socket.subscribe(EVENTS)
        await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID, version=2)
        said = await socket.next()

    assert said == {
        "id": "1",
        "type": "next",
        "payload": {
            "data": {
                "orderEvents": {
                    "kind": "ORDER_RESERVED",
                    "orderId": global_id("Order", ORDER_ID),
                    "plantId": global_id("Plant", PLANT_ID),
                    "occurredAt": "2026-03-29T12:00:00Z",
                    "version": 2,
                    "order": {"number": "HY20260329-1", "state": "PENDING_REVIEW"},
                }
            }
        },
    }


async def test_every_event_is_read_anew(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS)
        seen = []
        for number in ("HY-1", "HY-2", "HY-3"):
            world.answer(OrdersByIds, (changed(ORDER, number=number),))
            await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID)
            said = await socket.next()
            seen.append(said["payload"]["data"]["orderEvents"]["order"]["number"])

    assert seen == ["HY-1", "HY-2", "HY-3"]


@pytest.mark.parametrize(
    ("groups", "plant", "event"),
    [
        (("plant_manager@NB",), OTHER_PLANT_ID, RESERVED),
        (("plant_manager@NB",), "_", SUBMITTED),
        (("plant_manager@XX", "sales@NB"), OTHER_PLANT_ID, RESERVED),
    ],
)
async def test_what_the_caller_may_not_see_is_not_passed_on(gateway, world, groups, plant, event):
    async with greeted(gateway, *groups) as socket:
        await socket.subscribe(EVENTS)
        await world.happen(event, tenant=gateway.tenant, plant=plant)
        await socket.silent()

    assert world.messages(OrdersByIds) == []


async def test_another_tenants_events_are_not_passed_on(gateway, world):
    async with greeted(gateway, "tenant_admin") as socket:
        await socket.subscribe(EVENTS)
        await world.happen(RESERVED, tenant=str(UUID(int=1)), plant=PLANT_ID)
        await socket.silent()


async def test_an_order_without_a_plant_is_seen_by_the_whole_tenants_staff(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS)
        await world.happen(SUBMITTED, tenant=gateway.tenant)
        said = await socket.next()

    event = said["payload"]["data"]["orderEvents"]
    assert (event["kind"], event["plantId"]) == ("ORDER_SUBMITTED", None)


async def test_a_subscription_is_narrowed_to_plants_and_to_an_order(gateway, world):
    text = EVENTS.replace(
        "subscription { orderEvents", "subscription($p: [ID!], $o: ID) "
        "{ orderEvents(plants: $p, orderId: $o)"
    )  # fmt: skip
    other = changed(RESERVED, order_id=UUID(int=9))
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(text, "plants", p=[global_id("Plant", PLANT_ID)])
        await socket.subscribe(text, "order", o=global_id("Order", UUID(int=9)))
        await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID)
        first = await socket.next()
        await world.happen(other, tenant=gateway.tenant, plant=OTHER_PLANT_ID)
        second = await socket.next()
        await socket.silent()

    assert (first["id"], second["id"]) == ("plants", "order")


async def test_who_may_read_no_order_anywhere_is_told(gateway, world):
    async with greeted(gateway, "nobody") as socket:
        await socket.subscribe(EVENTS)
        said = await socket.next()

    assert said["type"] == "error"
    assert said["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_completed_subscription_is_over_and_its_name_free_again(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS)
        await socket.send(id="1", type="complete")
        await asyncio.sleep(0.05)
        await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID)
        await socket.silent()
        await socket.subscribe(EVENTS)
        await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID)
        said = await socket.next()

    assert said["id"] == "1"
    assert gateway.parts.live._feeds == set()


async def test_what_a_client_left_behind_is_cleared_away(gateway, world):
    for _ in range(20):
        async with greeted(gateway, "dispatcher") as socket:
            await socket.subscribe(EVENTS, "a")
            socket.raw.transport.abort()
    await asyncio.sleep(0.1)

    assert gateway.parts.live._feeds == set()


async def test_a_reader_that_is_too_slow_is_told(gateway, world, monkeypatch):
    monkeypatch.setattr("hedgerow_gateway.feed.MOST_WAITING_EVENTS", 3)

    async def slow(*_):
        await asyncio.sleep(0.3)
        return (ORDER,)

    world.answer(OrdersByIds, slow)
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS)
        for _ in range(20):
            await world.happen(RESERVED, tenant=gateway.tenant, plant=PLANT_ID)
        said = [await socket.next()]
        while said[-1]["type"] == "next":
            said.append(await socket.next())

    assert len(said) in (4, 5)
    assert said[-1]["type"] == "error"
    assert said[-1]["payload"][0]["extensions"]["reason"] == "TOO_SLOW"

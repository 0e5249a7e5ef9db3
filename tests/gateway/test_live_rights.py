"""A subscription that runs follows the rights of its user."""

from __future__ import annotations

import asyncio
import time

import pytest
from gateway_makers import NOON, ORDER, ORDER_ID, OTHER_PLANT_ID, PLANT, PLANT_ID, changed
from gateway_world import greeted
from hedgerow.contracts.access import AccessBySubjects, AccessChanged, AccessView
from hedgerow.contracts.orders import OrderReserved, OrdersByIds
from hedgerow.contracts.routing import ListPlants
from hedgerow.errors import Unavailable
from hedgerow_gateway import memberships

EVENTS = "subscription { orderEvents { version order { number } } }"
RESERVED = OrderReserved(order_id=ORDER_ID, number="HY", occurred_at=NOON, plant_id=PLANT_ID)


@pytest.fixture
def world(services):
    services.answer(ListPlants, (PLANT,))
    services.answer(OrdersByIds, lambda m, _: tuple(changed(ORDER, order_id=i) for i in m.ids))
    return services


def give(world, version: int, *plants) -> None:
    view = AccessView(
        subject="watcher",
        version=version,
        tenant_roles=(),
        plant_roles={plant: ("sales",) for plant in plants},
    )
    world.answer(AccessBySubjects, (view,))


async def happen(world, gateway, version: int, plant=PLANT_ID) -> None:
    await world.happen(RESERVED, tenant=gateway.tenant, plant=plant, version=version)


async def version(socket) -> int:
    said = await socket.next()
    assert said["type"] == "next", said
    found: int = said["payload"]["data"]["orderEvents"]["version"]
    return found


async def told(world, gateway) -> None:
    event = AccessChanged(subject="watcher", version=9, membership=None)
    await world.happen(event, tenant=gateway.tenant)
    await asyncio.sleep(0.1)


async def test_after_a_revocation_nothing_of_that_plant_is_delivered(gateway, world):
    give(world, 1, PLANT_ID, OTHER_PLANT_ID)
    async with greeted(gateway) as socket:
        await socket.subscribe(EVENTS)
        await happen(world, gateway, 1)
        assert await version(socket) == 1
        give(world, 2, OTHER_PLANT_ID)
        await told(world, gateway)
        await happen(world, gateway, 2)
        await happen(world, gateway, 3, OTHER_PLANT_ID)

        assert await version(socket) == 3


async def test_within_two_seconds_even_if_the_event_of_the_revocation_is_lost(gateway, world):
    give(world, 1, PLANT_ID, OTHER_PLANT_ID)
    async with greeted(gateway) as socket:
        await socket.subscribe(EVENTS)
        await happen(world, gateway, 1)
        assert await version(socket) == 1
        give(world, 2, OTHER_PLANT_ID)
        revoked_at = time.monotonic()
        last = 0.0
        while time.monotonic() < revoked_at + 2.5:
            await happen(world, gateway, 2)
            await happen(world, gateway, 3, OTHER_PLANT_ID)
            while await version(socket) == 2:
                last = time.monotonic() - revoked_at
            await asyncio.sleep(0.02)

    assert last < 1.5


async def test_rights_that_are_gained_count_as_well(gateway, world):
    give(world, 1, OTHER_PLANT_ID)
    async with greeted(gateway) as socket:
        await socket.subscribe(EVENTS)
        await happen(world, gateway, 1)
        await socket.silent()
        give(world, 2, PLANT_ID, OTHER_PLANT_ID)
        await told(world, gateway)
        await happen(world, gateway, 2)

        assert await version(socket) == 2


async def test_who_may_read_nothing_any_more_is_told_and_it_ends(gateway, world):
    give(world, 1, PLANT_ID)
    async with greeted(gateway) as socket:
        await socket.subscribe(EVENTS)
        give(world, 2)
        await told(world, gateway)
        await happen(world, gateway, 1)
        said = await socket.next()

    assert (said["type"], said["payload"][0]["extensions"]["reason"]) == ("error", "NOT_PERMITTED")
    assert said["payload"][0]["extensions"]["caseNumber"] == "C-1"


async def test_a_new_subscription_on_an_old_socket_has_the_rights_of_now(gateway, world):
    give(world, 1, PLANT_ID)
    async with greeted(gateway) as socket:
        give(world, 2)
        await told(world, gateway)
        await socket.subscribe(EVENTS)
        said = await socket.next()

    assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")


async def test_when_rights_cannot_be_read_for_too_long_it_ends(gateway, world, monkeypatch):
    def refuse(*_):
        raise Unavailable("Down.", "停机")

    monkeypatch.setattr(memberships, "LOOK_S", 0.2)
    monkeypatch.setattr(memberships, "STALE_S", 0.5)
    monkeypatch.setattr(memberships, "FRESH_S", 0.1)
    give(world, 1, PLANT_ID)
    async with greeted(gateway) as socket:
        await socket.subscribe(EVENTS)
        world.answer(AccessBySubjects, refuse)
        await happen(world, gateway, 1)
        assert await version(socket) == 1
        await asyncio.sleep(0.6)
        await happen(world, gateway, 2)
        said = await socket.next()

    assert said["payload"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"

"""overflowEvents: what passes, and to whom."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from gateway_makers import LOCATION_ID, NOON, OTHER_PLANT_ID, PLANT, PLANT_ID, STOCK, changed
from gateway_world import greeted
from hedgerow.contracts.inventory import LedgerKind, StockByKeys, StockKey
from hedgerow.contracts.overflow import OverflowCleared, OverflowTripped
from hedgerow.contracts.routing import ListPlants
from hedgerow_gateway.schema.ids import global_id

EVENTS = """subscription($plants: [ID!]) { overflowEvents(plants: $plants) {
  state skuCode plantId available safetyLevel clearLevel kind because occurredAt version
  level { available } } }"""
NUMBERS = {
    "sku": "BOLT-M8", "location_id": LOCATION_ID, "safety_level": Decimal(80),
    "clear_percent": Decimal(15), "clear_level": Decimal(92), "occurred_at": NOON,
}  # fmt: skip


def tripped(plant=PLANT_ID):
    return OverflowTripped(
        **NUMBERS, plant_id=plant, available=Decimal(79), kind=LedgerKind.RESERVATION,
        because="order:1",
    )  # fmt: skip


CLEARED = OverflowCleared(
    **NUMBERS, plant_id=PLANT_ID, available=Decimal(92), kind=LedgerKind.RECEIPT, because="DN-1"
)


@pytest.fixture
def world(services):
    services.answer(ListPlants, (PLANT,))
    services.answer(StockByKeys, lambda m, _: tuple(STOCK for _ in m.keys))
    return services


async def test_each_turn_is_passed_on_with_its_numbers_and_the_stock_as_it_is_now(gateway, world):
    async with greeted(gateway, "plant_manager@NB") as socket:
        await socket.subscribe(EVENTS)
        await world.happen(tripped(), tenant=gateway.tenant, plant=PLANT_ID, version=4)
        first = (await socket.next())["payload"]["data"]["overflowEvents"]
        world.answer(StockByKeys, (changed(STOCK, available=Decimal("92.5")),))
        await world.happen(CLEARED, tenant=gateway.tenant, plant=PLANT_ID, version=6)
        second = (await socket.next())["payload"]["data"]["overflowEvents"]

    same = {
        "skuCode": "BOLT-M8",
        "plantId": global_id("Plant", PLANT_ID),
        "safetyLevel": "80",
        "clearLevel": "92",
        "occurredAt": "2026-03-29T12:00:00Z",
    }
    assert first == same | {
        "state": "TRIPPED",
        "available": "79",
        "kind": "RESERVATION",
        "because": "order:1",
        "version": 4,
        "level": {"available": "90"},
    }
    assert second == same | {
        "state": "CLEAR",
        "available": "92",
        "kind": "RECEIPT",
        "because": "DN-1",
        "version": 6,
        "level": {"available": "92.5"},
    }
    assert [each.keys for each in world.messages(StockByKeys)] == [
        (StockKey("BOLT-M8", LOCATION_ID),)
    ] * 2


@pytest.mark.parametrize(
    ("groups", "plant", "tenant"),
    [
        (("plant_manager@NB",), OTHER_PLANT_ID, None),
        (("warehouse_lead@NB", "plant_manager@XX"), OTHER_PLANT_ID, None),
        (("tenant_admin",), PLANT_ID, str(UUID(int=1))),
    ],
)
async def test_what_the_caller_may_not_see_is_not_passed_on(gateway, world, groups, plant, tenant):
    async with greeted(gateway, *groups) as socket:
        await socket.subscribe(EVENTS)
        await world.happen(tripped(plant), tenant=tenant or gateway.tenant, plant=plant)
        await socket.silent()

    assert world.messages(StockByKeys) == []


async def test_it_is_narrowed_to_plants_and_its_end_leaves_nothing(gateway, world):
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(EVENTS, "here", plants=[global_id("Plant", PLANT_ID)])
        await socket.subscribe(EVENTS, "there", plants=[global_id("Plant", OTHER_PLANT_ID)])
        await world.happen(tripped(), tenant=gateway.tenant, plant=PLANT_ID)
        said = await socket.next()
        await socket.silent()
        assert said["id"] == "here"
        for name in ("here", "there"):
            await socket.send(id=name, type="complete")
        await socket.silent()

        assert gateway.parts.live.overflow._feeds == set()


async def test_who_may_read_stock_nowhere_is_told(gateway, world):
    async with greeted(gateway, "nobody") as socket:
        await socket.subscribe(EVENTS)
        said = await socket.next()

    assert said["type"] == "error"
    assert said["payload"][0]["extensions"]["code"] == "FORBIDDEN"

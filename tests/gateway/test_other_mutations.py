"""Every other mutation: what it sends, and what it answers."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from gateway_makers import (
    LOCATION,
    LOCATION_ID,
    NOON,
    ORDER,
    OTHER_PLANT_ID,
    PLANT,
    PLANT_ID,
    RMA,
    RMA_ID,
    SKU,
    STOCK,
    SUPPLY,
    SUPPLY_ID,
    changed,
)
from hedgerow.contracts import inventory, orders, rma, routing
from hedgerow.contracts.values import Basis, Datum, GeoPoint
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow_gateway.schema.ids import global_id

POINT = {"lon": 121.55, "lat": 29.87, "datum": "WGS84"}
GEO = GeoPoint(121.55, 29.87, Datum.WGS84)
PLANT_GID = global_id("Plant", PLANT_ID)
PLACE = global_id("Location", LOCATION_ID)
RETURN = global_id("Rma", RMA_ID)
AREA = {"type": "Polygon", "coordinates": [[[120, 29], [122, 29], [122, 31], [120, 29]]]}
FENCE = routing.FenceView(
    fence_id=UUID(int=1), plant_id=PLANT_ID, kind=routing.FenceKind.SERVICE_AREA, name="main",
    version=3, priority=1, area_m2=1e9, circle=None, geojson=AREA, active_from=NOON,
    active_to=None,
)  # fmt: skip
RULE = routing.OverflowRuleView(
    rule_id=UUID(int=2), code="JZH", name="江浙沪", version=1, priority=0, regions=("浙江",),
    channels=(), chain=(LOCATION_ID,), safety_test=routing.SafetyTest.AFTER, active_from=NOON,
)  # fmt: skip
LIMITS = routing.RoutingLimitsView(max_distance_km=300.0, version=2)

# mutation, fields, input, reply, payload, the message without its made-up id, which id that is
CASES = [
    (
        "plantCreate", "plant { code point { datum } }",
        {"code": "NB", "name": "宁波工厂", "point": POINT},
        PLANT, {"plant": {"code": "NB", "point": {"datum": "GCJ02"}}},
        routing.CreatePlant(plant_id=None, code="NB", name="宁波工厂", point=GEO), "plant_id",
    ),
    (
        "plantCreate", "plant { timeZone }",
        {"code": "NB", "name": "宁波工厂", "point": POINT, "timeZone": "Asia/Tokyo"},
        changed(PLANT, time_zone="Asia/Tokyo"), {"plant": {"timeZone": "Asia/Tokyo"}},
        routing.CreatePlant(plant_id=None, code="NB", name="宁波工厂", point=GEO,
                            time_zone="Asia/Tokyo"), "plant_id",
    ),
    (
        "locationCreate", "location { code kind plant { code } }",
        {"plantId": PLANT_GID, "code": "HZ", "name": "杭州仓", "kind": "WAREHOUSE"},
        LOCATION, {"location": {"code": "HZ", "kind": "WAREHOUSE", "plant": {"code": "NB"}}},
        routing.CreateLocation(location_id=None, plant_id=PLANT_ID, code="HZ", name="杭州仓",
                               kind=routing.LocationKind.WAREHOUSE), "location_id",
    ),
    (
        "fencePublish", "fence { version areaM2 circle { radiusM } geojson activeTo }",
        {"plantId": PLANT_GID, "kind": "SERVICE_AREA", "name": "main", "priority": 1,
         "geojson": AREA, "datum": "WGS84"},
        FENCE, {"fence": {"version": 3, "areaM2": 1e9, "circle": None, "geojson": AREA,
                          "activeTo": None}},
        routing.PublishFence(fence_id=None, plant_id=PLANT_ID, kind=FENCE.kind, name="main",
                             priority=1, geojson=AREA, datum=Datum.WGS84), "fence_id",
    ),
    (
        "fencePublish", "fence { version }",
        {"plantId": PLANT_GID, "kind": "PRESENCE", "name": "gate",
         "circle": {"center": POINT, "radiusM": 500}},
        FENCE, {"fence": {"version": 3}},
        routing.PublishFence(fence_id=None, plant_id=PLANT_ID, kind=routing.FenceKind.PRESENCE,
                             name="gate", circle=routing.Circle(GEO, 500.0)), "fence_id",
    ),
    (
        "overflowRulePublish", "rule { code chain { code } safetyTest }",
        {"code": "JZH", "name": "江浙沪", "regions": ["浙江"], "chain": [PLACE],
         "safetyTest": "AFTER"},
        RULE, {"rule": {"code": "JZH", "chain": [{"code": "HZ"}], "safetyTest": "AFTER"}},
        routing.PublishOverflowRule(rule_id=None, code="JZH", name="江浙沪", regions=("浙江",),
                                    chain=(LOCATION_ID,), safety_test=RULE.safety_test), "rule_id",
    ),
    (
        "overflowRulePublish", "rule { condition maxLocations maxDistanceKm slaHours }",
        {"code": "JZH", "name": "江浙沪", "chain": [PLACE], "safetyTest": "AFTER",
         "condition": "order.custom", "maxLocations": 0, "maxDistanceKm": 0.5, "slaHours": 24},
        changed(RULE, condition="order.custom", max_locations=2, max_distance_km=0.5, sla_hours=24),
        {"rule": {"condition": "order.custom", "maxLocations": 2, "maxDistanceKm": 0.5,
                  "slaHours": 24}},
        routing.PublishOverflowRule(rule_id=None, code="JZH", name="江浙沪", chain=(LOCATION_ID,),
                                    safety_test=RULE.safety_test, condition="order.custom",
                                    max_locations=0, max_distance_km=0.5, sla_hours=24), "rule_id",
    ),
    (
        "overflowRuleRetire", "rule { code version condition maxLocations }",
        {"overflowRuleId": global_id("OverflowRule", UUID(int=2))},
        RULE, {"rule": {"code": "JZH", "version": 1, "condition": "", "maxLocations": None}},
        routing.RetireOverflowRule(rule_id=UUID(int=2)), "",
    ),
    (
        "routingLimitsSet", "limits { maxDistanceKm version }", {"maxDistanceKm": 300},
        LIMITS, {"limits": {"maxDistanceKm": 300.0, "version": 2}},
        routing.SetRoutingLimits(max_distance_km=300.0), "",
    ),
    (
        "skuRegister", "skus { sku itemClass }",
        {"skus": [{"sku": "BOLT-M8", "name": "螺栓 M8", "unit": "件"}]},
        (SKU,), {"skus": [{"sku": "BOLT-M8", "itemClass": "REGULAR"}]},
        inventory.RegisterSkus(
            skus=(inventory.SkuEntry(sku="BOLT-M8", name="螺栓 M8", unit="件"),)), "",
    ),
    (
        "stockReceive", "levels { onHand location { code } }",
        {"locationId": PLACE, "reference": "PO-1", "supplyId": global_id("Supply", SUPPLY_ID),
         "lines": [{"sku": "BOLT-M8", "quantity": "100"}]},
        (STOCK,), {"levels": [{"onHand": "100", "location": {"code": "HZ"}}]},
        inventory.ReceiveStock(plant_id=PLANT_ID, location_id=LOCATION_ID, reference="PO-1",
                               supply_id=SUPPLY_ID,
                               lines=(inventory.StockLine("BOLT-M8", Decimal(100)),)), "",
    ),
    (
        "stockAdjust", "level { atp }",
        {"locationId": PLACE, "sku": "BOLT-M8", "delta": "-1.5", "reason": "盘点"},
        STOCK, {"level": {"atp": "10"}},
        inventory.AdjustStock(plant_id=PLANT_ID, location_id=LOCATION_ID, sku="BOLT-M8",
                              delta=Decimal("-1.5"), reason="盘点"), "",
    ),
    (
        "safetyLevelSet", "level { safetyLevel }",
        {"locationId": PLACE, "sku": "BOLT-M8", "level": "80"},
        STOCK, {"level": {"safetyLevel": "80"}},
        inventory.SetSafetyLevel(plant_id=PLANT_ID, location_id=LOCATION_ID, sku="BOLT-M8",
                                 level=Decimal(80)), "",
    ),
    (
        "safetyLevelSet", "level { clearPercent overflow { state clearLevel } }",
        {"locationId": PLACE, "sku": "BOLT-M8", "level": "80", "clearPercent": "12.5"},
        STOCK, {"level": {"clearPercent": "0", "overflow": None}},
        inventory.SetSafetyLevel(plant_id=PLANT_ID, location_id=LOCATION_ID, sku="BOLT-M8",
                                 level=Decimal(80), clear_percent=Decimal("12.5")), "",
    ),
    (
        "supplyRecord", "supply { id quantity receivedAt location { code } }",
        {"locationId": PLACE, "sku": "BOLT-M8", "quantity": "100",
         "dueAt": "2026-03-29T12:00:00Z", "reference": "PO-1"},
        SUPPLY, {"supply": {"id": global_id("Supply", SUPPLY_ID), "quantity": "100",
                            "receivedAt": None, "location": {"code": "HZ"}}},
        inventory.RecordSupply(supply_id=None, plant_id=PLANT_ID, location_id=LOCATION_ID,
                               sku="BOLT-M8", quantity=Decimal(100), due_at=NOON,
                               reference="PO-1"), "supply_id",
    ),
    (
        "returnRequest", "return { number reasons { code passed message } }",
        {"orderId": global_id("Order", ORDER.order_id), "reason": "尺寸不符",
         "lines": [{"lineNo": 1, "quantity": "1"}], "basis": {"type": "EMAIL", "ref": "M-1"}},
        RMA, {"return": {"number": "RMA20260329-1", "reasons": [
            {"code": "WITHIN_PERIOD", "passed": True, "message": "Within 7 days."}]}},
        rma.RequestReturn(rma_id=None, order_id=ORDER.order_id, reason="尺寸不符",
                          lines=(rma.ReturnLine(1, Decimal(1)),),
                          basis=Basis("EMAIL", "M-1")), "rma_id",
    ),
    (
        "returnDecide", "return { state }",
        {"returnId": RETURN, "approve": True, "note": "同意",
         "basis": {"type": "MEETING", "ref": "QA-1", "note": "x"}},
        RMA, {"return": {"state": "APPROVED"}},
        rma.DecideReturn(rma_id=RMA_ID, approve=True, note="同意",
                         basis=Basis("MEETING", "QA-1", "x")), "",
    ),
    (
        "returnReceive", "return { state location { code } }",
        {"returnId": RETURN, "locationId": PLACE},
        changed(RMA, location_id=LOCATION_ID), {"return": {"state": "APPROVED",
                                                           "location": {"code": "HZ"}}},
        rma.ReceiveReturn(rma_id=RMA_ID, location_id=LOCATION_ID, location_plant_id=PLANT_ID), "",
    ),
    (
        "returnInspect", "return { state }",
        {"returnId": RETURN, "accept": True,
         "lines": [{"lineNo": 1, "quantity": "1", "disposition": "MISSING"}]},
        RMA, {"return": {"state": "APPROVED"}},
        rma.InspectReturn(rma_id=RMA_ID, accept=True, lines=(
            rma.InspectedLine(1, Decimal(1), rma.Disposition.MISSING),)), "",
    ),
]  # fmt: skip
NAMES = [f"{case[0]}-{number}" for number, case in enumerate(CASES)]


@pytest.fixture
def world(services):
    delivered = changed(ORDER, milestones=(orders.Milestone.DELIVERED,))
    places = {LOCATION_ID: LOCATION}
    services.answer(routing.LocationsByIds, lambda m, _: tuple(places.get(i) for i in m.ids))
    services.answer(routing.PlantsByIds, (PLANT,))
    services.answer(orders.OrdersByIds, (delivered,))
    return services


def mutation(name: str, fields: str) -> str:
    title = name[0].upper() + name[1:]
    return (
        f"mutation($input: {title}Input!, $key: String!) {{ "
        f"{name}(input: $input) @idempotent(key: $key) {{ {fields} "
        "userErrors { code message field } } }"
    )


@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_a_mutation_sends_its_command_and_answers_with_what_came_of_it(gateway, world, case):
    name, fields, given, reply, payload, message, made = case
    world.answer(type(message), reply)
    async with gateway.user("tenant_admin") as user:
        first = await user.ask(mutation(name, fields), input=given, key="k")
        second = await user.ask(mutation(name, fields), input=given, key="k")

    sent = world.messages(type(message))
    assert first[name] == payload | {"userErrors": []}
    assert second == first
    assert sent[0] == sent[1]
    assert (changed(sent[0], **{made: None}) if made else sent[0]) == message
    assert not made or isinstance(getattr(sent[0], made), UUID)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_a_refusal_is_data_with_one_code_of_the_mutations_own(gateway, world, case):
    name, fields, given, _, payload, message, _ = case

    def refuse(*_):
        raise Conflict("Not now.", "现在不行", field="")

    world.answer(type(message), refuse)
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(mutation(name, fields), input=given, key="k")

    error = {"code": "CONFLICT", "message": "Not now.", "field": None}
    assert data[name] == {next(iter(payload)): None, "userErrors": [error]}


@pytest.mark.parametrize(
    "name", ["stockReceive", "stockAdjust", "safetyLevelSet", "supplyRecord", "returnReceive"]
)
async def test_a_place_that_is_not_there_is_forbidden_and_nothing_is_sent(gateway, world, name):
    _, fields, given, _, _, message, _ = next(case for case in CASES if case[0] == name)
    given = given | {"locationId": global_id("Location", UUID(int=404))}
    async with gateway.user("tenant_admin", language="zh") as user:
        data = await user.ask(mutation(name, fields), input=given, key="k")

    assert data[name]["userErrors"] == [
        {
            "code": "PLANT_FORBIDDEN",
            "message": "您无权访问该区域订单，请联系区域管理员",
            "field": ["input", "locationId"],
        }
    ]
    assert world.messages(type(message)) == []


@pytest.mark.parametrize("field", ["plant_id", "location_id"])
async def test_a_foreign_place_answers_the_same_as_one_that_is_not_there(gateway, world, field):
    def refuse(*_):
        raise PlantForbidden(field=field)

    foreign = changed(LOCATION, plant_id=OTHER_PLANT_ID)
    world.answer(
        routing.LocationsByIds, lambda m, _: (foreign if m.ids[0] == LOCATION_ID else None,)
    )
    world.answer(inventory.AdjustStock, refuse)
    text = mutation("stockAdjust", "level { atp }")
    given = {"sku": "A", "delta": "1", "reason": "x"}
    async with gateway.user("plant_manager@NB") as user:
        answers = [
            await user.ask(text, input=given | {"locationId": global_id("Location", i)}, key="k")
            for i in (LOCATION_ID, UUID(int=404))
        ]

    assert answers[0] == answers[1]


async def test_nothing_can_be_returned_before_it_was_delivered(gateway, world):
    _, fields, given, _, _, message, _ = next(c for c in CASES if c[0] == "returnRequest")
    world.answer(orders.OrdersByIds, (ORDER,))
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(mutation("returnRequest", fields), input=given, key="k")

    (error,) = data["returnRequest"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_DELIVERED", ["input", "orderId"])
    assert world.messages(type(message)) == []

"""Questions: what they answer, and how few requests they make."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from uuid import UUID

import pytest
from gateway_makers import (
    DECISION,
    LOCATION,
    LOCATION_ID,
    ORDER,
    ORDER_ID,
    PLANT,
    PLANT_ID,
    RMA,
    SKU,
    STOCK,
    changed,
    page,
    seen,
)
from hedgerow.contracts.inventory import (
    LedgerKind,
    ListStock,
    OverflowState,
    OverflowView,
    ReservationsByOrders,
    ReservationState,
    ReservationView,
    SkusByCodes,
    StockByKeys,
    StockPage,
    StockWhere,
)
from hedgerow.contracts.orders import (
    HistoryByOrders,
    ListOrders,
    OrderByNumber,
    OrderPage,
    OrdersByIds,
)
from hedgerow.contracts.rma import RmasByIds, RmasByOrders
from hedgerow.contracts.routing import (
    DecisionsByIds,
    DecisionsByOrders,
    FencesByPlants,
    ListLocations,
    ListPlants,
    LocationsByIds,
    PlantsByIds,
)
from hedgerow_gateway.schema.ids import global_id
from worlds import NOON

RESERVATION = ReservationView(
    order_id=ORDER_ID,
    line_no=1,
    sku="BOLT-M8",
    quantity=Decimal("10.50"),
    location_id=LOCATION_ID,
    plant_id=PLANT_ID,
    state=ReservationState.HELD,
    updated_at=ORDER.updated_at,
)


def known(*views, key):
    """What a query by ids answers when these are all there is."""
    by = {getattr(view, key): view for view in views}
    return lambda message, _: tuple(by.get(each) for each in message.ids)


@pytest.fixture
def world(services):
    services.answer(OrdersByIds, known(ORDER, key="order_id"))
    services.answer(OrderByNumber, lambda m, _: ORDER if m.number == ORDER.number else None)
    services.answer(PlantsByIds, known(PLANT, key="plant_id"))
    services.answer(LocationsByIds, known(LOCATION, key="location_id"))
    services.answer(ListPlants, (PLANT,))
    services.answer(ListLocations, (LOCATION,))
    services.answer(FencesByPlants, lambda m, _: tuple(() for _ in m.plant_ids))
    services.answer(HistoryByOrders, lambda m, _: tuple(() for _ in m.ids))
    services.answer(ReservationsByOrders, lambda m, _: tuple((RESERVATION,) for _ in m.order_ids))
    services.answer(RmasByOrders, lambda m, _: tuple((RMA,) for _ in m.order_ids))
    services.answer(RmasByIds, known(RMA, key="rma_id"))
    services.answer(DecisionsByOrders, lambda m, _: tuple(DECISION for _ in m.order_ids))
    services.answer(DecisionsByIds, known(DECISION, key="decision_id"))
    services.answer(SkusByCodes, lambda m, _: tuple(SKU if c == SKU.sku else None for c in m.skus))
    services.answer(
        StockByKeys,
        lambda m, _: tuple(STOCK if k.location_id == LOCATION_ID else None for k in m.keys),
    )
    return services


async def test_an_order_with_all_that_belongs_to_it(gateway, world):
    query = """query($id: ID!) { order(id: $id) {
      id number type state stateLabel zh: stateLabel(locale: ZH) sourcing milestones
      plant { code wgs84 { lon lat } point { lon datum } }
      decision { result chain { rank passed location { code } checks { sku available passed } } }
      channel customer { code name } shipTo { region point { lon lat datum } }
      lines { lineNo sku quantity unitPrice { amount currencyCode } custom
              reservations { quantity state location { code plant { code } } } }
      shortages { sku } history { change } returns { number reasons { message passed } }
      placedAt promisedAt version } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, id=global_id("Order", ORDER_ID))

    assert data["order"] == {
        "id": global_id("Order", ORDER_ID),
        "number": "HY20260329-1",
        "type": "MTO",
        "state": "PENDING_REVIEW",
        "stateLabel": "Pending review",
        "zh": "待审核",
        "sourcing": "RESERVED",
        "milestones": ["CAPTURED"],
        "plant": {
            "code": "NB",
            "wgs84": {"lon": 121.5455, "lat": 29.8725},
            "point": {"lon": 121.55, "datum": "GCJ02"},
        },
        "decision": {
            "result": "ASSIGNED",
            "chain": [
                {
                    "rank": 1,
                    "passed": True,
                    "location": {"code": "HZ"},
                    "checks": [{"sku": "BOLT-M8", "available": "90", "passed": True}],
                }
            ],
        },
        "channel": "WEB",
        "customer": {"code": "C-1", "name": "客户一"},
        "shipTo": {"region": "浙江", "point": {"lon": 120.1, "lat": 30.2, "datum": "WGS84"}},
        "lines": [
            {
                "lineNo": 1,
                "sku": "BOLT-M8",
                "quantity": "10.50",
                "unitPrice": {"amount": "1.20", "currencyCode": "CNY"},
                "custom": False,
                "reservations": [
                    {
                        "quantity": "10.50",
                        "state": "HELD",
                        "location": {"code": "HZ", "plant": {"code": "NB"}},
                    }
                ],
            }
        ],
        "shortages": [],
        "history": [],
        "returns": [
            {
                "number": "RMA20260329-1",
                "reasons": [{"message": "Within 7 days.", "passed": True}],
            }
        ],
        "placedAt": "2026-03-29T12:00:00Z",
        "promisedAt": None,
        "version": 2,
    }


async def test_a_list_asks_once_for_each_kind_on_each_level(gateway, world):
    """One bus request per (entity, level), however many entries the list has."""
    orders = [
        changed(ORDER, order_id=UUID(int=number + 1), plant_id=UUID(int=number % 3 + 1))
        for number in range(50)
    ]
    world.answer(ListOrders, page(OrderPage, "orders", orders))
    world.answer(PlantsByIds, lambda m, _: tuple(changed(PLANT, plant_id=each) for each in m.ids))
    query = """{ orders(first: 50) { nodes {
      plant { code } decision { result }
      lines { reservations { location { code plant { code } } } } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query)

    asked = Counter(type(each.message) for each in world.of_users)
    assert len(data["orders"]["nodes"]) == 50
    assert asked == {
        ListOrders: 1,
        PlantsByIds: 2,  # of the orders, and one level further down of the location
        DecisionsByOrders: 1,
        ReservationsByOrders: 1,
        LocationsByIds: 1,
    }
    assert len(world.messages(PlantsByIds)[0].ids) == 3


async def test_a_thing_is_asked_for_once_in_an_operation_and_again_in_the_next(gateway, world):
    query = "query($id: ID!) { a: order(id: $id) { number } b: order(id: $id) { state } }"
    async with gateway.user("tenant_admin") as user:
        await user.ask(query, id=global_id("Order", ORDER_ID))
        await user.ask(query, id=global_id("Order", ORDER_ID))

    assert [each.ids for each in world.messages(OrdersByIds)] == [(ORDER_ID,), (ORDER_ID,)]


async def test_what_can_be_promised_is_summed_over_locations(gateway, world):
    other = UUID(int=77)
    world.answer(ListLocations, (LOCATION, changed(LOCATION, location_id=other, code="HF")))
    world.answer(
        StockByKeys,
        lambda m, _: tuple(
            changed(STOCK, sku=k.sku, location_id=k.location_id) if k.sku != "NONE" else None
            for k in m.keys
        ),
    )
    query = """{ availability(skus: ["BOLT-M8", "NONE"]) {
      skuCode atp levels { available safetyLevel atp location { code } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query)

    level = {"available": "90", "safetyLevel": "80", "atp": "10"}
    assert data["availability"] == [
        {
            "skuCode": "BOLT-M8",
            "atp": "20",
            "levels": [level | {"location": {"code": "HZ"}}, level | {"location": {"code": "HF"}}],
        },
        {"skuCode": "NONE", "atp": "0", "levels": []},
    ]
    assert len(world.messages(StockByKeys)) == 1


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("Order", ORDER_ID),
        ("Plant", PLANT_ID),
        ("Location", LOCATION_ID),
        ("RoutingDecision", DECISION.decision_id),
        ("Rma", RMA.rma_id),
        ("Sku", "BOLT-M8"),
        ("InventoryLevel", f"{LOCATION_ID}:BOLT-M8"),
    ],
)
async def test_every_node_is_found_by_its_own_id(gateway, world, kind, key):
    async with gateway.user("tenant_admin") as user:
        data = await user.ask("query($id: ID!) { node(id: $id) { __typename id } }",
                              id=global_id(kind, key))  # fmt: skip

    assert data["node"] == {"__typename": kind, "id": global_id(kind, key)}


async def test_nodes_are_answered_in_order_with_gaps(gateway, world):
    ids = [global_id("Order", ORDER_ID), global_id("Order", UUID(int=9)),
           global_id("Plant", PLANT_ID)]  # fmt: skip
    async with gateway.user("tenant_admin") as user:
        data = await user.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert data["nodes"] == [{"id": ids[0]}, None, {"id": ids[2]}]
    assert len(world.messages(OrdersByIds)) == 1


async def test_a_line_that_was_not_placed_says_why(gateway, world):
    short = seen(available=Decimal(5), passed=False, reason="BELOW_SAFETY")
    world.answer(DecisionsByIds, lambda m, _: (changed(DECISION, seen=(short,)),))
    query = """query($id: ID!) { routingDecision(id: $id) {
      safetyTest chain { passed checks { reason requested available safetyLevel } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, id=global_id("RoutingDecision", DECISION.decision_id))

    check = {"reason": "BELOW_SAFETY", "requested": "10", "available": "5", "safetyLevel": "80"}
    assert data["routingDecision"]["chain"] == [{"passed": False, "checks": [check]}]


async def test_a_line_that_overflow_passed_over_says_how_many_would_clear_it(gateway, world):
    kept = seen(passed=False, reason="OVERFLOWING", tripped=True, clear_level=Decimal("92"))
    world.answer(DecisionsByIds, lambda m, _: (changed(DECISION, seen=(kept, seen())),))
    query = """query($id: ID!) { routingDecision(id: $id) {
      chain { checks { reason available tripped clearLevel } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, id=global_id("RoutingDecision", DECISION.decision_id))

    assert data["routingDecision"]["chain"][0]["checks"] == [
        {"reason": "OVERFLOWING", "available": "90", "tripped": True, "clearLevel": "92"},
        {"reason": "", "available": "90", "tripped": False, "clearLevel": None},
    ]


async def test_what_is_tripped_at_a_plant_is_listed_with_since_when_and_why(gateway, world):
    overflow = OverflowView(
        state=OverflowState.TRIPPED, clear_level=Decimal("92"), tripped_at=NOON,
        kind=LedgerKind.RESERVATION, because=f"order:{ORDER_ID}",
    )  # fmt: skip
    world.answer(ListStock, page(StockPage, "items", [changed(STOCK, overflow=overflow)]))
    query = """query($plant: ID!) {
      inventoryLevels(first: 5, where: { plantIds: [$plant], tripped: true }) {
        nodes { skuCode overflow { state clearLevel trippedAt kind because } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, plant=global_id("Plant", PLANT_ID))

    [asked] = world.messages(ListStock)
    assert asked.where == StockWhere(plant_ids=(PLANT_ID,), tripped=True)
    assert data["inventoryLevels"]["nodes"] == [
        {
            "skuCode": "BOLT-M8",
            "overflow": {
                "state": "TRIPPED",
                "clearLevel": "92",
                "trippedAt": "2026-03-29T12:00:00Z",
                "kind": "RESERVATION",
                "because": f"order:{ORDER_ID}",
            },
        }
    ]


async def test_stock_is_listed_with_its_article_and_place(gateway, world):
    world.answer(ListStock, page(StockPage, "items", [STOCK]))
    query = "{ inventoryLevels(first: 5) { nodes { skuCode sku { name } location { code } } } }"
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query)

    assert data["inventoryLevels"]["nodes"] == [
        {"skuCode": "BOLT-M8", "sku": {"name": "螺栓 M8"}, "location": {"code": "HZ"}}
    ]


async def test_the_viewer_learns_what_they_may_do(gateway, world):
    async with gateway.user("sales@NB", "auditor") as user:
        data = await user.ask(
            "query($p: ID!) { viewer { subject permissions permissionsAt(plantId: $p) "
            "plants { code } } }",
            p=global_id("Plant", PLANT_ID),
        )

    reading = [
        "access:read", "decision:read", "evidence:read", "order:read", "plant:read",
        "release:read", "rma:read", "stock:read",
    ]  # fmt: skip
    assert data["viewer"] == {
        "subject": "tester",
        "permissions": reading,
        "permissionsAt": sorted([*reading, "order:cancel", "order:submit", "rma:request"]),
        "plants": [{"code": "NB"}],
    }

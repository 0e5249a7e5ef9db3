"""Lists in pages: where a page lies, what narrows a list, what is counted."""

from __future__ import annotations

from decimal import Decimal

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
)
from hedgerow.contracts.inventory import (
    ReservationsByOrders,
    ReservationState,
    ReservationView,
    SkusByCodes,
    StockByKeys,
)
from hedgerow.contracts.orders import (
    HistoryByOrders,
    ListOrders,
    OrderByNumber,
    OrderPage,
    OrdersByIds,
    OrderSort,
    OrderState,
    OrderWhere,
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
from hedgerow.contracts.values import Page
from hedgerow_gateway.schema.ids import global_id

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


async def test_a_connection_says_where_its_page_lies(gateway, world):
    listed = page(OrderPage, "orders", [ORDER, changed(ORDER, number="HY-2")])
    world.answer(ListOrders, changed(listed, has_next=True))
    query = """query($after: String) { orders(first: 2, after: $after) {
      nodes { number } edges { cursor node { number } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(query, after="c9")

    assert data["orders"] == {
        "nodes": [{"number": "HY20260329-1"}, {"number": "HY-2"}],
        "edges": [
            {"cursor": "c0", "node": {"number": "HY20260329-1"}},
            {"cursor": "c1", "node": {"number": "HY-2"}},
        ],
        "pageInfo": {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "startCursor": "c0",
            "endCursor": "c1",
        },
    }
    assert world.messages(ListOrders)[0].page == Page(first=2, after="c9")


@pytest.mark.parametrize(
    ("selection", "counted"),
    [
        ("nodes { id }", False),
        ("totalCount", True),
        ("...T", True),
        ("... { ...T }", True),
    ],
)
async def test_the_total_is_counted_only_when_asked_for(gateway, world, selection, counted):
    world.answer(ListOrders, page(OrderPage, "orders", [], total=7))
    fragment = "fragment T on OrderConnection { totalCount }" if "...T" in selection else ""
    async with gateway.user("tenant_admin") as user:
        await user.ask(f"{{ orders(first: 1) {{ {selection} }} }} {fragment}")

    assert world.messages(ListOrders)[0].page.total is counted


async def test_a_list_is_narrowed_and_sorted(gateway, world):
    world.answer(ListOrders, page(OrderPage, "orders", []))
    query = """query($plant: ID!) { orders(last: 5, where: {
        plant: {in: [$plant]}, state: {in: [KIT_LOCKED, SIGNED]}, channel: {in: ["WEB"]},
        placedAt: {gte: "2026-03-01T08:00:00+08:00"}, numberPrefix: "HY" },
      orderBy: {field: PLACED_AT, direction: ASC}) { nodes { id } } }"""
    async with gateway.user("tenant_admin") as user:
        await user.ask(query, plant=global_id("Plant", PLANT_ID))

    (asked,) = world.messages(ListOrders)
    assert asked.sort is OrderSort.PLACED_AT_ASC
    assert asked.page == Page(last=5)
    assert asked.where == OrderWhere(
        plant_ids=(PLANT_ID,),
        states=(OrderState.KIT_LOCKED, OrderState.SIGNED),
        channels=("WEB",),
        placed_from=asked.where.placed_from,
        number_prefix="HY",
    )
    assert asked.where.placed_from.isoformat() == "2026-03-01T00:00:00+00:00"


async def test_the_caller_travels_with_every_request(gateway, world):
    async with gateway.user("dispatcher") as user:
        await user.ask("query($n: String!) { order(number: $n) { plant { code } } }",
                       n=ORDER.number)  # fmt: skip

    assert {each.caller.subject for each in world.of_users} == {"tester"}
    assert {str(each.caller.tenant_id) for each in world.of_users} == {gateway.tenant}

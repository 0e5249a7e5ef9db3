"""What staff of one plant learn about another: nothing."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
import pytest
from hedgerow.auth import Caller, Permission, Role
from hedgerow.contracts.inventory import Placement, SeenStock, StockReserved
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import (
    DecisionsByIds,
    DecisionsByOrders,
    FencesByPlants,
    ListLocations,
    ListPlants,
    LocatePoint,
    LocationView,
    PlantsByIds,
    PlantView,
)
from hedgerow.contracts.values import LonLat, PlantId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.views.decisions import decisions_by_ids, decisions_by_orders
from hedgerow_routing.views.fences import check_presence, fences_by_plants
from hedgerow_routing.views.plants import list_locations, list_plants, plants_by_ids
from hedgerow_routing.views.points import locate_point
from routing.makers import (
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    found_area,
    found_location,
    found_plant,
    found_rule,
    presence,
    rule,
    submitted,
    wgs84,
)
from worlds import caller, transaction

NOWHERE = LonLat(75.0, 39.0)


@dataclass
class Company:
    """Two plants whose areas overlap, as the service itself sees them, and staff of the second."""

    service: Transaction
    ningbo: PlantView
    suzhou: PlantView
    hangzhou: LocationView  # of Ningbo
    store: LocationView  # of Suzhou
    staff: Caller


@pytest.fixture
async def company(routing_db):
    async with transaction(routing_db, Caller.service("routing", new_id())) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_area(tx, ningbo.plant_id, around(NINGBO, 2.0), name="secret of ningbo")
        await found_area(tx, suzhou.plant_id, around(SUZHOU, 1.2), name="of suzhou")
        await publish_fence(presence(ningbo.plant_id, wgs84(NINGBO)), tx)
        hangzhou = await found_location(tx, ningbo.plant_id, "HANGZHOU")
        store = await found_location(tx, suzhou.plant_id, "STORE")
        await found_rule(tx, rule("ALL", hangzhou.location_id, store.location_id))
        staff = caller(tx.tenant_id, plants={suzhou.plant_id: Role.AREA_ADMIN})
        yield Company(tx, ningbo, suzhou, hangzhou, store, staff)


async def test_a_hidden_plant_is_not_in_lists_nor_found_by_id(company):
    tx = await as_caller(company.service, company.staff)
    both = (company.ningbo.plant_id, company.suzhou.plant_id)

    assert await list_plants(ListPlants(), tx) == (company.suzhou,)
    assert await plants_by_ids(PlantsByIds(ids=both), tx) == (None, company.suzhou)
    assert await list_locations(ListLocations(), tx) == (company.store,)
    hidden, own = await fences_by_plants(FencesByPlants(plant_ids=both), tx)
    assert (hidden, [fence.name for fence in own]) == ((), ["of suzhou"])


async def test_presence_at_a_hidden_plant_is_refused_like_at_none(company):
    tx = await as_caller(company.service, company.staff)

    for plant_id in (company.ningbo.plant_id, PlantId(new_id())):
        with pytest.raises(PlantForbidden) as refused:
            await check_presence(CheckPresence(plant_id=plant_id, point=wgs84(NINGBO)), tx)
        assert refused.value.field == "plant_id"


async def test_a_point_of_a_hidden_plant_is_refused_like_a_point_of_nobody(company):
    tx = await as_caller(company.service, company.staff)

    refusals = []
    for point in (NINGBO, NOWHERE):
        with pytest.raises(PlantForbidden) as refused:
            await locate_point(LocatePoint(point=wgs84(point)), tx)
        refusals.append((refused.value.en, refused.value.zh, refused.value.field))

    assert refusals[0] == refusals[1]
    assert refusals[0][1] == "您无权访问该区域订单，请联系区域管理员"


async def test_the_explanation_of_an_own_point_is_silent_about_hidden_plants(company):
    both_cover = LonLat(121.0, 30.5)
    everything = await locate_point(LocatePoint(point=wgs84(both_cover)), company.service)
    tx = await as_caller(company.service, company.staff)

    seen = await locate_point(LocatePoint(point=wgs84(both_cover)), tx)

    assert [area.plant_code for area in everything.areas] == ["SUZHOU", "NINGBO"]
    assert [area.plant_code for area in seen.areas] == ["SUZHOU"]


async def test_the_nearest_plant_is_found_among_all_and_told_to_its_own_staff_only(company):
    near_suzhou, near_ningbo = LonLat(118.4, 31.6), LonLat(124.5, 29.5)
    tx = await as_caller(company.service, company.staff)

    view = await locate_point(LocatePoint(point=wgs84(near_suzhou)), tx)

    assert [each.plant_code for each in view.distances] == ["SUZHOU"]
    with pytest.raises(PlantForbidden):
        await locate_point(LocatePoint(point=wgs84(near_ningbo)), tx)


async def test_decisions_of_hidden_plants_and_of_no_plant_are_absent(company):
    orders = [submitted(NINGBO), submitted(SUZHOU), submitted(NOWHERE)]
    await on_order_submitted(orders, company.service)
    ids = tuple(order.order_id for order in orders)
    whole = await decisions_by_orders(DecisionsByOrders(order_ids=ids), company.service)
    tx = await as_caller(company.service, company.staff)

    mine = await decisions_by_orders(DecisionsByOrders(order_ids=ids), tx)
    by_id = await decisions_by_ids(
        DecisionsByIds(ids=tuple(each.decision_id for each in whole)), tx
    )

    assert [each is not None for each in whole] == [True, True, True]
    assert [each is not None for each in mine] == [False, True, False]
    assert by_id == mine


async def test_an_own_decision_is_silent_about_hidden_areas_and_their_stock(company):
    order = submitted(LonLat(121.0, 30.5))
    await on_order_submitted([order], company.service)
    asked = DecisionsByOrders(order_ids=(order.order_id,))
    [decision] = await decisions_by_orders(asked, company.service)
    seen = tuple(
        SeenStock(
            line_no=1,
            sku="BOLT-M8",
            location_id=location.location_id,
            requested=Decimal(10),
            available=Decimal(available),
            safety_level=Decimal(0),
            passed=passed,
            reason="" if passed else "INSUFFICIENT",
        )
        for location, available, passed in ((company.hangzhou, 3, False), (company.store, 50, True))
    )
    answer = StockReserved(
        order_id=order.order_id,
        plant_id=company.suzhou.plant_id,
        decision_id=decision.decision_id,
        plan=(
            Placement(
                line_no=1,
                sku="BOLT-M8",
                quantity=Decimal(10),
                location_id=company.store.location_id,
            ),
        ),
        seen=seen,
    )
    await on_stock_reserved([answer], company.service)
    tx = await as_caller(company.service, company.staff)

    [mine] = await decisions_by_orders(asked, tx)

    assert mine.seen == seen[1:]
    assert [area.plant_code for area in mine.assignment.areas] == ["SUZHOU"]
    told = msgspec.json.encode(mine).decode()
    assert "NINGBO" not in told
    assert [each.location_code for each in mine.chain] == ["HANGZHOU", "STORE"]


async def test_who_may_see_a_plant_and_not_its_decisions_sees_none(company):
    order = submitted(SUZHOU)
    await on_order_submitted([order], company.service)
    who = caller(
        company.service.tenant_id,
        plants={company.suzhou.plant_id: frozenset({Permission.PLANT_READ})},
    )
    tx = await as_caller(company.service, who)

    asked = DecisionsByOrders(order_ids=(order.order_id,))

    assert await decisions_by_orders(asked, tx) == (None,)

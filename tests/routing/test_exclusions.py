"""An address inside a plant's exclusion is not that plant's, by area or by distance."""

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.contracts.routing import (
    AreaTrace,
    AssignmentMethod,
    DecisionsByOrders,
    ExclusionTrace,
    FenceKind,
    LocatePoint,
    UnroutableReason,
)
from hedgerow.contracts.values import FenceId, LonLat, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_routing.domain.assignment import CoveringArea, as_seen_by, assign
from hedgerow_routing.domain.network import Network
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.decision_tables import decisions
from hedgerow_routing.views.decisions import decisions_by_orders
from hedgerow_routing.views.points import locate_point
from routing.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    covering,
    exclusion,
    found_location,
    found_plant,
    plant_at,
    submitted,
    wgs84,
)
from sqlalchemy import select, text
from worlds import administrator, caller, transaction

A, B, C = plant_at(NINGBO, "A"), plant_at(SUZHOU, "B"), plant_at(HEFEI, "C")
NETWORK = Network.of([C, A, B], max_distance_km=1000.0)
HERE = LonLat(121.0, 30.5)


def excluding(plant) -> CoveringArea:
    return CoveringArea(FenceId(new_id()), 3, plant.plant_id, 0, 1e6, FenceKind.EXCLUSION)


def test_an_exclusion_takes_a_point_out_of_its_plants_areas_and_the_trace_says_so():
    strong, weak, no = covering(A, priority=9, area_m2=5.0), covering(B), excluding(A)

    view = assign(HERE, [strong, no, weak], NETWORK)

    assert (view.method, view.plant_id) == (AssignmentMethod.SERVICE_AREA, B.plant_id)
    assert [(each.plant_code, each.chosen, each.excluded) for each in view.areas] == [
        ("B", True, False),
        ("A", False, True),
    ]
    assert view.exclusions == (
        ExclusionTrace(fence_id=no.fence_id, version=3, plant_id=A.plant_id, plant_code="A"),
    )
    assert view.distances == ()


def test_an_excluded_plant_does_not_get_the_point_as_the_nearest_either():
    view = assign(HERE, [covering(A), excluding(A)], NETWORK)

    assert (view.method, view.plant_id) == (AssignmentMethod.NEAREST, B.plant_id)
    assert [(each.plant_code, each.chosen) for each in view.distances] == [
        ("B", True),
        ("C", False),
    ]
    assert [(each.plant_code, each.chosen, each.excluded) for each in view.areas] == [
        ("A", False, True)
    ]


def test_where_all_plants_are_excluded_there_is_none():
    view = assign(HERE, [excluding(B), excluding(A), excluding(C)], NETWORK)

    assert (view.method, view.plant_id) == (AssignmentMethod.NONE, None)
    assert (view.unroutable, view.distances) == (UnroutableReason.NO_PLANT, ())
    assert [each.plant_code for each in view.exclusions] == ["A", "B", "C"]


def test_exclusions_of_plants_that_may_not_be_seen_are_left_out():
    view = assign(HERE, [covering(B), excluding(A), excluding(B)], NETWORK)

    shown = as_seen_by(view, lambda plant_id: plant_id == B.plant_id)

    assert [each.plant_code for each in shown.exclusions] == ["B"]
    assert [each.plant_code for each in shown.areas] == ["B"]


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


async def test_an_order_and_a_located_point_obey_the_exclusion(tx):
    ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU, around(NINGBO, 0.9))
    store = await found_location(tx, suzhou.plant_id, "SZ-1")
    await found_location(tx, ningbo.plant_id, "NB-1")
    view = await publish_fence(exclusion(ningbo.plant_id, geojson=around(NINGBO, 0.1)), tx)
    inside, outside = submitted(NINGBO), submitted(LonLat(NINGBO.lon + 0.2, NINGBO.lat))

    located = await locate_point(LocatePoint(point=wgs84(NINGBO)), tx)
    service = await as_caller(tx, Caller.service("routing", tx.tenant_id))
    await on_order_submitted([inside, outside], service)
    await as_caller(tx, tx.caller)
    asked = DecisionsByOrders(order_ids=(inside.order_id, outside.order_id))
    decided, other = await decisions_by_orders(asked, tx)

    assert decided.assignment == located
    assert located.plant_id == suzhou.plant_id
    assert [(each.plant_code, each.excluded) for each in located.areas] == [
        ("SUZHOU", False),
        ("NINGBO", True),
    ]
    assert located.exclusions == (
        ExclusionTrace(
            fence_id=view.fence_id, version=1, plant_id=ningbo.plant_id, plant_code="NINGBO"
        ),
    )
    assert [each.location_id for each in decided.chain] == [store.location_id]
    assert (other.assignment.plant_id, other.assignment.exclusions) == (ningbo.plant_id, ())


async def test_a_decision_by_distance_beside_an_exclusion_names_the_limits(tx):
    """Areas stand in its trace, and none of them decided."""
    ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    await found_location(tx, suzhou.plant_id, "SZ-1")
    await publish_fence(exclusion(ningbo.plant_id, geojson=around(NINGBO, 0.1)), tx)
    await tx.conn.execute(
        text(
            "insert into routing_limits (tenant_id, version, max_distance_km, active_from)"
            " values (:tenant, 7, 400, now())"
        ),
        {"tenant": tx.tenant_id},
    )
    service = await as_caller(tx, Caller.service("routing", tx.tenant_id))

    await on_order_submitted([submitted(NINGBO)], service)

    row = (await tx.conn.execute(select(decisions))).one()
    assert (row.plant_id, row.fence_id, row.limits_version) == (suzhou.plant_id, None, 7)
    [area] = row.assignment["areas"]
    assert (area["plant_code"], area["excluded"], area["chosen"]) == ("NINGBO", True, False)


async def test_staff_are_refused_a_point_that_their_plant_excludes_like_a_foreign_one(tx):
    ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    await publish_fence(exclusion(ningbo.plant_id, geojson=around(NINGBO, 0.1)), tx)
    theirs = await as_caller(tx, caller(tx.tenant_id, plants={ningbo.plant_id: Role.SALES}))

    with pytest.raises(PlantForbidden):
        await locate_point(LocatePoint(point=wgs84(NINGBO)), theirs)
    view = await locate_point(
        LocatePoint(point=wgs84(LonLat(NINGBO.lon + 0.2, NINGBO.lat))), theirs
    )

    assert view.plant_id == ningbo.plant_id
    assert view.areas == (
        AreaTrace(
            fence_id=view.areas[0].fence_id,
            version=1,
            plant_id=ningbo.plant_id,
            plant_code="NINGBO",
            priority=0,
            area_m2=view.areas[0].area_m2,
            chosen=True,
            excluded=False,
        ),
    )

import pytest
from hedgerow.contracts.routing import AssignmentMethod, DistanceTrace, UnroutableReason
from hedgerow.contracts.values import LonLat
from hedgerow_routing.domain.assignment import as_seen_by, assign
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.domain.network import Network
from routing.makers import HEFEI, NINGBO, SUZHOU, covering, plant_at

A, B, C = plant_at(NINGBO, "A"), plant_at(SUZHOU, "B"), plant_at(HEFEI, "C")
NETWORK = Network.of([C, A, B])
HERE = LonLat(121.0, 30.5)


def ranked(*areas):
    return [each.plant_code for each in assign(HERE, areas, NETWORK).areas]


def test_the_higher_priority_wins_over_the_smaller_area():
    assert ranked(covering(A, priority=1, area_m2=1), covering(B, priority=2, area_m2=9)) == [
        "B",
        "A",
    ]


def test_of_equal_priority_the_smaller_area_wins_over_the_code():
    assert ranked(covering(A, area_m2=9), covering(B, area_m2=1)) == ["B", "A"]


def test_of_equal_priority_and_area_the_code_decides():
    assert ranked(covering(C), covering(B), covering(A)) == ["A", "B", "C"]


def test_an_answer_by_area_names_every_area_and_no_distance():
    low, high = covering(A, priority=1), covering(B, priority=2, area_m2=7.0)

    view = assign(HERE, [low, high], NETWORK)

    assert (view.method, view.plant_id) == (AssignmentMethod.SERVICE_AREA, B.plant_id)
    assert (view.unroutable, view.distances, view.point) == (None, (), HERE)
    assert [(each.fence_id, each.chosen) for each in view.areas] == [
        (high.fence_id, True),
        (low.fence_id, False),
    ]
    assert (view.areas[0].version, view.areas[0].priority, view.areas[0].area_m2) == (1, 2, 7.0)


def test_without_an_area_the_nearest_plant_within_the_limit_gets_the_point():
    view = assign(HERE, [], NETWORK)

    assert (view.method, view.plant_id) == (AssignmentMethod.NEAREST, A.plant_id)
    assert view.distances == tuple(
        DistanceTrace(
            plant_id=plant.plant_id,
            plant_code=plant.code,
            distance_m=distance_m(HERE, plant.point),
            within_limit=True,
            chosen=plant is A,
        )
        for plant in (A, B, C)
    )
    assert (view.areas, view.unroutable, view.max_distance_km) == ((), None, 500.0)


def test_a_plant_exactly_at_the_limit_is_near_enough_and_beyond_it_is_not():
    limit_km = distance_m(HERE, A.point) / 1000

    at = assign(HERE, [], Network.of([A], max_distance_km=limit_km))
    beyond = assign(HERE, [], Network.of([A], max_distance_km=limit_km - 1e-9))

    assert (at.plant_id, at.unroutable) == (A.plant_id, None)
    assert (beyond.plant_id, beyond.unroutable) == (None, UnroutableReason.OUT_OF_RANGE)
    assert beyond.method is AssignmentMethod.NONE
    assert [(each.plant_code, each.within_limit, each.chosen) for each in beyond.distances] == [
        ("A", False, False)
    ]


def test_a_tenant_without_plants_can_route_nothing():
    view = assign(HERE, [], Network.of([]))

    assert (view.plant_id, view.method) == (None, AssignmentMethod.NONE)
    assert view.unroutable is UnroutableReason.NO_PLANT


def test_of_many_plants_the_five_nearest_are_named():
    plants = [plant_at(LonLat(100.0 + n, 30.0), f"P{n:02}") for n in range(15)]

    view = assign(LonLat(100.0, 30.0), [], Network.of(plants))

    assert [each.plant_code for each in view.distances] == [f"P{n:02}" for n in range(5)]


@pytest.mark.parametrize("seen", [{"A"}, {"B", "C"}, set()])
def test_what_may_not_be_seen_is_left_out_of_the_explanation(seen: set[str]):
    plants = {plant.plant_id for plant in (A, B, C) if plant.code in seen}

    by_area = as_seen_by(
        assign(HERE, [covering(A), covering(B), covering(C)], NETWORK), plants.__contains__
    )
    by_distance = as_seen_by(assign(HERE, [], NETWORK), plants.__contains__)

    assert {each.plant_code for each in by_area.areas} == seen
    assert {each.plant_code for each in by_distance.distances} == seen

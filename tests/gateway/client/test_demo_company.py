"""The demo company agrees with itself, and with the rules of the services."""

import eviltransform
import pytest
from hedgerow.auth import TENANT_ROLES, Role
from hedgerow_gateway.client.demo.company import (
    areas,
    company,
    customers,
    opening,
    skus,
    tenant_id,
    users,
)
from hedgerow_gateway.client.demo.draw_orders import UNTOUCHED
from shapely.geometry import Point, shape

PLANTS = {plant.code: plant for plant in company().plants}
AREAS = {area.region: shape(areas().polygon(area)) for area in areas().areas}


def wgs84(point):
    """By somebody else's conversion."""
    convert = {"GCJ02": eviltransform.gcj2wgs_exact, "BD09": eviltransform.bd2wgs}
    if point.datum == "WGS84":
        return Point(point.lon, point.lat)
    lat, lon = convert[point.datum](point.lat, point.lon)
    return Point(lon, lat)


def regions_at(point):
    return [region for region, area in AREAS.items() if area.covers(point)]


def test_the_tenant_is_the_same_for_ever():
    assert str(tenant_id()) == "0195f2c4-6a00-7000-8000-68656e677275"
    assert company().tenant.name == "恒锐机械"


@pytest.mark.parametrize("area", areas().areas, ids=lambda area: area.region)
def test_an_area_is_one_closed_ring_that_does_not_cross_itself(area):
    drawn = areas().polygon(area)
    (ring,) = drawn["coordinates"]

    assert ring[0] == ring[-1]
    assert len(ring) == len(set(ring)) + 1
    assert 15 <= len(set(ring)) <= 40
    assert shape(drawn).is_valid
    assert shape(drawn).exterior.is_ccw
    assert area.plant in PLANTS


def test_neighbouring_areas_share_their_borders_and_nothing_else():
    neighbours = {
        ("浙江", "上海"),
        ("浙江", "江苏"),
        ("上海", "江苏"),
        ("浙江", "安徽"),
        ("江苏", "安徽"),
    }
    for one in AREAS:
        for other in AREAS:
            if one < other:
                shared = AREAS[one].intersection(AREAS[other])
                assert shared.area == 0
                touching = {(one, other), (other, one)} & neighbours
                assert (shared.length > 0.1) is bool(touching)


def test_each_region_is_served_by_its_plant():
    served = {area.region: area.plant for area in areas().areas}

    assert served == {"浙江": "NGB", "上海": "NGB", "江苏": "SZH", "安徽": "SZH"}


@pytest.mark.parametrize(
    ("region", "lon", "lat"),
    [
        ("浙江", 121.55, 29.87),
        ("浙江", 120.16, 30.27),
        ("浙江", 120.70, 28.00),
        ("上海", 121.47, 31.23),
        ("上海", 121.40, 31.63),
        ("江苏", 120.62, 31.30),
        ("江苏", 118.80, 32.06),
        ("江苏", 117.28, 34.20),
        ("安徽", 117.23, 31.82),
        ("安徽", 118.34, 29.71),
        ("安徽", 115.81, 32.89),
    ],
)
def test_towns_lie_where_they_lie(region, lon, lat):
    assert regions_at(Point(lon, lat)) == [region]


@pytest.mark.parametrize("plant", PLANTS.values(), ids=lambda plant: plant.code)
def test_a_plant_stands_in_an_area_of_its_own(plant):
    (region,) = regions_at(wgs84(plant.point))

    assert {area.region: area.plant for area in areas().areas}[region] == plant.code


@pytest.mark.parametrize("customer", customers(), ids=lambda customer: customer.code)
def test_a_customer_is_in_the_region_of_the_address_whatever_the_datum(customer):
    assert regions_at(wgs84(customer.point)) == [customer.region]


def test_there_are_forty_customers_of_all_regions_and_datums():
    assert len({customer.code for customer in customers()}) == 40
    assert {customer.point.datum for customer in customers()} == {"WGS84", "GCJ02", "BD09"}
    assert {customer.region for customer in customers()} == set(AREAS)


def test_every_role_has_somebody_who_holds_it_where_it_may_be_held():
    held = {}
    for user in users().values():
        for group in user.groups:
            role, _, plant = group.partition("@")
            held.setdefault(Role(role), set()).add(plant)

    assert set(held) == set(Role)
    for role, plants in held.items():
        assert plants == ({""} if role in TENANT_ROLES else set(PLANTS))


def test_skus_are_unique_and_some_are_made_to_order():
    assert len({sku.code for sku in skus()}) == len(skus()) == 62
    assert {sku.item_class for sku in skus()} == {"REGULAR", "CUSTOM"}
    assert all(sku.price > 0 for sku in skus())


def test_rules_and_exceptions_name_what_is_there():
    locations = {each.code: each.plant for each in company().locations}
    codes = {sku.code for sku in skus()}

    assert locations == {"NGB-01": "NGB", "HGH": "NGB", "SZH-01": "SZH", "HFE": "SZH"}
    (rule,) = company().rules
    assert (rule.regions, rule.chain) == (("浙江", "江苏", "上海"), ("HGH", "HFE"))
    assert rule.safety_test == "AFTER"
    assert set(rule.regions) < set(AREAS)
    for each in company().stock.exceptions:
        assert each.sku in codes
        assert each.location in locations


def test_ten_of_the_readmes_bearing_overflow_to_hefei_and_five_do_not():
    bearing = next(sku for sku in skus() if sku.code == UNTOUCHED)
    on_hand, safety = opening(bearing, "HGH")

    assert (on_hand, safety) == (85, 80)
    assert on_hand - 10 < safety <= on_hand - 5
    assert opening(bearing, "HFE") == (500, 0)


def test_only_warehouses_keep_safety_stock():
    for sku in skus():
        assert opening(sku, "NGB-01")[1] == opening(sku, "SZH-01")[1] == 0
        assert opening(sku, "HGH")[0] >= opening(sku, "HGH")[1]

"""The vectors of the routing algorithm, through GraphQL."""

from __future__ import annotations

from typing import Any

import pytest
from companies import IN_ANHUI, NINGBO, Company, order, square, submit
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84
from hedgerow.contracts.values import Datum, LonLat


@pytest.mark.parametrize(
    ("available", "quantity", "safety_test", "served"),
    [
        (100, 10, "CURRENT", "HGH"),
        (100, 10, "AFTER", "HGH"),
        (85, 10, "CURRENT", "HGH"),
        (85, 10, "AFTER", "HFE"),
        (79, 1, "CURRENT", "HFE"),
        (79, 1, "AFTER", "HFE"),
        (90, 10, "CURRENT", "HGH"),
        (90, 10, "AFTER", "HGH"),
        (90, 95, "CURRENT", "HFE"),
        (90, 95, "AFTER", "HFE"),
    ],
)
async def test_stock_edges_at_a_safety_level_of_80(
    company: Company, available: int, quantity: int, safety_test: str, served: str
) -> None:
    await company.skus("BOLT")
    await company.rule(safety_test)
    await company.stock("BOLT", "HGH", available, safety=80)
    await company.stock("BOLT", "HFE", 10_000)

    async with company.admin() as admin:
        payload = await submit(admin, **order(quantity=quantity))

    assert payload["userErrors"] == []
    assert payload["settled"] is True
    made = payload["order"]
    assert (made["sourcing"], made["plant"]["code"]) == ("RESERVED", "NGB")
    (reservation,) = made["lines"][0]["reservations"]
    assert reservation["location"]["code"] == served
    assert float(reservation["quantity"]) == quantity


async def test_an_address_in_anhui_does_not_match_the_rule(company: Company) -> None:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HFE", 100)
    await company.stock("BOLT", "HGH", 100)

    async with company.admin() as admin:
        payload = await submit(admin, **order(region="安徽", point=IN_ANHUI))

    made = payload["order"]
    assert made["plant"]["code"] == "SZH"
    assert made["lines"][0]["reservations"][0]["location"]["code"] == "HFE"


async def test_both_short_says_what_is_missing_where(company: Company) -> None:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", 85, safety=80)
    await company.stock("BOLT", "HFE", 3)

    async with company.admin() as admin:
        payload = await submit(admin, **order(quantity=10))

    made = payload["order"]
    assert (made["sourcing"], payload["settled"]) == ("SHORT", True)
    assert [
        (s["location"]["code"], s["reason"], float(s["available"]), float(s["needed"]))
        for s in made["shortages"]
    ] == [("HGH", "BELOW_SAFETY", 85.0, 10.0), ("HFE", "INSUFFICIENT", 3.0, 10.0)]
    assert float((await company.level("BOLT", "HGH"))["reserved"]) == 0
    assert float((await company.level("BOLT", "HFE"))["reserved"]) == 0


PRESENCE = """query($plant: ID!, $point: GeoPointInput!) {
  presence(plantId: $plant, point: $point) }"""


def _east_of_ningbo(metres: float, azimuth: float = 90.0) -> dict[str, Any]:
    at = Geodesic.WGS84.Direct(NINGBO["lat"], NINGBO["lon"], azimuth, metres)
    return {"lon": at["lon2"], "lat": at["lat2"], "datum": "WGS84"}


@pytest.mark.parametrize(
    ("metres", "verdict"), [(499.9, "INSIDE"), (500.0, "INSIDE"), (500.1, "OUTSIDE")]
)
async def test_the_edge_of_a_500_m_presence_fence(
    company: Company, metres: float, verdict: str
) -> None:
    async with company.admin() as admin:
        await _circle(company, admin)
        data = await admin.ask(PRESENCE, plant=company.plants["NGB"], point=_east_of_ningbo(metres))

    assert data["presence"] == verdict


async def test_an_undeclared_shift_of_datum_would_move_a_point_out(company: Company) -> None:
    """300 m from the centre, opposite to the local GCJ-02 shift: the same numbers read as GCJ-02
    lie some 793 m away."""
    shifted = from_wgs84(LonLat(NINGBO["lon"], NINGBO["lat"]), Datum.GCJ02)
    shift = Geodesic.WGS84.Inverse(NINGBO["lat"], NINGBO["lon"], shifted.lat, shifted.lon)
    point = _east_of_ningbo(300, shift["azi1"] + 180)

    async with company.admin() as admin:
        await _circle(company, admin)
        as_wgs84 = await admin.ask(PRESENCE, plant=company.plants["NGB"], point=point)
        as_gcj02 = await admin.ask(
            PRESENCE, plant=company.plants["NGB"], point=point | {"datum": "GCJ02"}
        )

    assert as_wgs84["presence"] == "INSIDE"
    assert as_gcj02["presence"] == "OUTSIDE"
    assert shift["s12"] == pytest.approx(493, abs=5)


async def _circle(company: Company, admin: Any) -> None:
    await admin.done(
        "fencePublish",
        "fence { version }",
        plantId=company.plants["NGB"],
        kind="PRESENCE",
        name="gate",
        circle={"center": NINGBO, "radiusM": 500},
    )


LOCATE = """query($point: GeoPointInput!) { locatePoint(point: $point) {
  method plant { code } unroutable areas { plant { code } priority areaM2 chosen } } }"""
ON_THE_BORDER = {"lon": 120.0, "lat": 31.0, "datum": "WGS84"}


@pytest.mark.parametrize(
    ("south", "north", "winner"),
    [
        ({"priority": 1}, {"priority": 2}, "SZH"),
        ({"priority": 2}, {"priority": 1}, "NGB"),
        ({"priority": 1, "small": True}, {"priority": 1}, "NGB"),
        ({"priority": 1}, {"priority": 1, "small": True}, "SZH"),
    ],
    ids=["priority of the north", "priority of the south", "smaller south", "smaller north"],
)
async def test_a_point_on_a_shared_border_goes_by_priority_then_area(
    company: Company, south: dict[str, Any], north: dict[str, Any], winner: str
) -> None:
    async with company.admin() as admin:
        for code, shape, low, high in (("NGB", south, 27.0, 31.0), ("SZH", north, 31.0, 35.0)):
            width = 1.0 if shape.get("small") else 3.0
            await _area(
                company, admin, code, shape["priority"], square(120 - width, low, 123, high)
            )
        located = (await admin.ask(LOCATE, point=ON_THE_BORDER))["locatePoint"]

    assert (located["method"], located["plant"]["code"]) == ("SERVICE_AREA", winner)
    assert len(located["areas"]) == 2
    assert [area["chosen"] for area in located["areas"]] == [True, False]


async def test_a_tie_in_priority_and_area_goes_by_plant_code(company: Company) -> None:
    same = square(119.0, 29.0, 121.0, 33.0)
    async with company.admin() as admin:
        for code in ("SZH", "NGB"):
            await _area(company, admin, code, 5, same)
        located = (await admin.ask(LOCATE, point=ON_THE_BORDER))["locatePoint"]

    assert located["plant"]["code"] == "NGB"


async def test_outside_all_areas_the_nearest_plant_within_the_limit_takes_it(
    company: Company,
) -> None:
    at_sea = {"lon": 124.0, "lat": 30.0, "datum": "WGS84"}
    far = {"lon": 100.0, "lat": 30.0, "datum": "WGS84"}
    async with company.admin() as admin:
        near = (await admin.ask(LOCATE, point=at_sea))["locatePoint"]
        await admin.done("routingLimitsSet", "limits { maxDistanceKm }", maxDistanceKm=100)
        limited = (await admin.ask(LOCATE, point=at_sea))["locatePoint"]
        lost = (await admin.ask(LOCATE, point=far))["locatePoint"]

    assert (near["method"], near["plant"]["code"]) == ("NEAREST", "NGB")
    assert (limited["plant"], limited["unroutable"]) == (None, "OUT_OF_RANGE")
    assert (lost["plant"], lost["unroutable"]) == (None, "OUT_OF_RANGE")


async def _area(
    company: Company, admin: Any, code: str, priority: int, geojson: dict[str, Any]
) -> None:
    await admin.done(
        "fencePublish",
        "fence { version }",
        plantId=company.plants[code],
        kind="SERVICE_AREA",
        name="main",
        priority=priority,
        geojson=geojson,
        datum="WGS84",
    )

"""Service areas and exclusions that are circles: exact by the geodesic, found by a box around them."""

import random

import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84
from hedgerow.contracts.routing import Circle, FenceKind
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow_routing.domain.disc import Disc
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fences import FenceStore
from routing.makers import NINGBO, exclusion, found_plant, service_area, wgs84
from worlds import administrator, transaction


def away(start: LonLat, metres: float, azimuth_deg: float) -> LonLat:
    end = Geodesic.WGS84.Direct(start.lat, start.lon, azimuth_deg, metres)
    return LonLat(end["lon2"], end["lat2"])


def disc(centre: LonLat, radius_m: float) -> Disc:
    return Disc.of(Circle(wgs84(centre), radius_m), "circle")


CENTRES = [
    NINGBO,
    LonLat(0.0, 0.0),
    LonLat(10.0, 60.0),
    LonLat(-70.0, -85.0),
    LonLat(20.0, 89.0),
    LonLat(179.9, 30.0),
    LonLat(-180.0, 0.0),
    LonLat(5.0, 90.0),
    LonLat(5.0, -90.0),
    LonLat(33.0, 89.95),
]


@pytest.mark.parametrize("radius_m", [1.0, 500.0, 30_000.0, 100_000.0])
@pytest.mark.parametrize("centre", CENTRES, ids=str)
def test_the_box_holds_the_whole_circle(centre: LonLat, radius_m: float):
    west, south, east, north = disc(centre, radius_m).bounds

    edge = [away(centre, radius_m, azimuth / 4) for azimuth in range(4 * 360)]

    outside = [p for p in edge if not (west <= p.lon <= east and south <= p.lat <= north)]
    assert outside == []
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90


def test_the_box_is_hardly_larger_than_the_circle():
    west, south, east, north = disc(NINGBO, 10_000.0).bounds

    across = distance_m(LonLat(west, NINGBO.lat), LonLat(east, NINGBO.lat))
    along = distance_m(LonLat(NINGBO.lon, south), LonLat(NINGBO.lon, north))
    assert 20_000 <= across <= 20_300
    assert 20_000 <= along <= 20_300


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


async def drawn(tx, *circles: Circle, kind: FenceKind = FenceKind.SERVICE_AREA):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    made = service_area if kind is FenceKind.SERVICE_AREA else exclusion
    for number, circle in enumerate(circles):
        fields = {"circle": circle, "geojson": None, "datum": None, "name": str(number)}
        await publish_fence(made(plant.plant_id, **fields), tx)


async def covers(tx, *points: LonLat) -> list[bool]:
    return [bool(areas) for areas in await FenceStore(tx).covering(points)]


@pytest.mark.parametrize("kind", [FenceKind.SERVICE_AREA, FenceKind.EXCLUSION])
async def test_the_radius_decides_in_every_direction_and_the_edge_belongs_to_it(tx, kind):
    await drawn(tx, Circle(wgs84(NINGBO), 500.0), kind=kind)
    turns = range(0, 360, 15)

    found = {
        metres: set(await covers(tx, *(away(NINGBO, metres, turn) for turn in turns)))
        for metres in (0.0, 499.9, 500.0, 500.1)
    }

    assert found == {0.0: {True}, 499.9: {True}, 500.0: {True}, 500.1: {False}}


async def test_the_same_numbers_cover_as_wgs84_and_not_as_gcj02(tx):
    gcj = from_wgs84(NINGBO, Datum.GCJ02)
    turned = Geodesic.WGS84.Inverse(NINGBO.lat, NINGBO.lon, gcj.lat, gcj.lon)["azi1"]
    point = away(NINGBO, 300.0, turned)
    await drawn(tx, Circle(wgs84(NINGBO), 500.0))
    assert await covers(tx, point) == [True]

    await drawn_again(tx, Circle(GeoPoint(NINGBO.lon, NINGBO.lat, Datum.GCJ02), 500.0))

    assert await covers(tx, point) == [False]


async def drawn_again(tx, circle: Circle) -> None:
    [area] = (await FenceStore(tx).covering([NINGBO]))[0]
    changed = {"circle": circle, "geojson": None, "datum": None, "name": "0"}
    await publish_fence(service_area(area.plant_id, **changed), tx)


async def test_at_random_points_postgis_and_the_geodesic_agree(tx):
    rng = random.Random(20260329)
    circles = [
        Circle(wgs84(LonLat(rng.uniform(115, 122), rng.uniform(25, 35))), rng.uniform(1e3, 1e5))
        for _ in range(40)
    ]
    await drawn(tx, *circles)
    points = [LonLat(rng.uniform(114, 123), rng.uniform(24, 36)) for _ in range(2_000)]

    found = [len(areas) for areas in await FenceStore(tx).covering(points)]

    expected = [
        sum(
            distance_m(point, LonLat(each.center.lon, each.center.lat)) <= each.radius_m
            for each in circles
        )
        for point in points
    ]
    assert found == expected
    assert sum(found) == 654


async def test_a_circle_reaches_over_the_180th_meridian_and_over_a_pole(tx):
    east, pole = LonLat(179.95, 52.0), LonLat(10.0, 89.9)
    await drawn(tx, Circle(wgs84(east), 20_000.0), Circle(wgs84(pole), 50_000.0))

    assert await covers(
        tx,
        LonLat(-179.9, 52.0),
        LonLat(-179.5, 52.0),
        LonLat(179.9, 52.0),
        LonLat(-170.0, 89.9),
        LonLat(-170.0, 89.5),
    ) == [True, False, True, True, False]

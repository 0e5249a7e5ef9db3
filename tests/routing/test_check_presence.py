"""Where people are, against the fences in the database."""

import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import FenceKind, PublishFence
from hedgerow.contracts.values import Datum, FenceId, LonLat, PresenceVerdict, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.views.fences import check_presence
from routing.makers import NINGBO, SUZHOU, around, box, found_plant, presence, wgs84
from worlds import administrator, transaction

INSIDE, OUTSIDE, UNCERTAIN = (
    PresenceVerdict.INSIDE,
    PresenceVerdict.OUTSIDE,
    PresenceVerdict.UNCERTAIN,
)
# A square kilometre and a half with a hole of 200 m in its middle.
YARD = {
    "type": "Polygon",
    "coordinates": [
        box(121.54, 29.86, 121.55, 29.87)["coordinates"][0],
        box(121.544, 29.864, 121.546, 29.866)["coordinates"][0],
    ],
}


def away(start: LonLat, metres: float, azimuth_deg: float) -> LonLat:
    end = Geodesic.WGS84.Direct(start.lat, start.lon, azimuth_deg, metres)
    return LonLat(end["lon2"], end["lat2"])


def ground(plant_id, geojson, **changed) -> PublishFence:
    fields = {
        "fence_id": FenceId(new_id()),
        "plant_id": plant_id,
        "kind": FenceKind.PRESENCE,
        "name": "yard",
        "geojson": geojson,
        "datum": Datum.WGS84,
    }
    return PublishFence(**fields | changed)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(tx):
    return await found_plant(tx, "NINGBO", NINGBO)


async def verdict(tx, plant, point, accuracy_m: float = 0.0) -> PresenceVerdict:
    given = wgs84(point) if isinstance(point, LonLat) else point
    asked = CheckPresence(plant_id=plant.plant_id, point=given, accuracy_m=accuracy_m)
    return await check_presence(asked, tx)


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize(
    ("metres", "expected"), [(499.9, INSIDE), (500.0, INSIDE), (500.1, OUTSIDE)]
)
async def test_the_edge_of_a_circle_in_each_datum(tx, plant, metres, expected, datum: Datum):
    await publish_fence(presence(plant.plant_id, from_wgs84(NINGBO, datum), 500.0), tx)

    for azimuth_deg in (0, 77, 181, 290):
        point = away(NINGBO, metres, azimuth_deg)
        # Out of a datum and back ends within a tenth of a millimetre: too far off for the edge.
        if metres == 500.0 and datum is not Datum.WGS84:
            assert await verdict(tx, plant, from_wgs84(point, datum), 0.001) is UNCERTAIN
        else:
            assert await verdict(tx, plant, from_wgs84(point, datum)) is expected


async def test_the_accuracy_overlaps_the_edge_of_a_circle_from_both_sides(tx, plant):
    await publish_fence(presence(plant.plant_id, wgs84(NINGBO), 500.0), tx)

    inner, outer = away(NINGBO, 490.0, 45), away(NINGBO, 510.0, 45)

    assert [await verdict(tx, plant, inner, m) for m in (9.9, 10.1)] == [INSIDE, UNCERTAIN]
    assert [await verdict(tx, plant, outer, m) for m in (9.9, 10.1)] == [OUTSIDE, UNCERTAIN]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (LonLat(121.542, 29.865), INSIDE),
        (LonLat(121.545, 29.865), OUTSIDE),  # in the hole
        (LonLat(121.539, 29.865), OUTSIDE),
        (LonLat(121.54, 29.865), INSIDE),  # on the border
        (LonLat(121.544, 29.865), INSIDE),  # on the border of the hole
        (LonLat(121.55, 29.87), INSIDE),  # in a corner
    ],
)
async def test_a_polygon_and_its_hole(tx, plant, point: LonLat, expected):
    await publish_fence(ground(plant.plant_id, YARD), tx)

    assert await verdict(tx, plant, point) is expected


@pytest.mark.parametrize(
    ("start", "azimuth_deg", "expected"),
    [
        (LonLat(121.54, 29.865), 90, (INSIDE, UNCERTAIN)),
        (LonLat(121.54, 29.865), 270, (OUTSIDE, UNCERTAIN)),
        (LonLat(121.544, 29.865), 270, (INSIDE, UNCERTAIN)),
        (LonLat(121.544, 29.865), 90, (OUTSIDE, UNCERTAIN)),
        (LonLat(121.545, 29.87), 180, (INSIDE, UNCERTAIN)),
        (LonLat(121.545, 29.87), 0, (OUTSIDE, UNCERTAIN)),
    ],
)
async def test_the_accuracy_overlaps_the_border_of_a_polygon(
    tx, plant, start: LonLat, azimuth_deg: float, expected
):
    """Twenty metres from a border, at right angles to it."""
    await publish_fence(ground(plant.plant_id, YARD), tx)
    point = away(start, 20.0, azimuth_deg)

    assert (await verdict(tx, plant, point, 19.99), await verdict(tx, plant, point, 20.01)) == (
        expected
    )


async def test_distances_from_a_polygon_are_geodesic(tx, plant):
    await publish_fence(ground(plant.plant_id, YARD), tx)
    grant = tx.caller.grant(plant.plant_id, "plant:read")

    outside = await FenceStore(tx).presence_m(grant, away(LonLat(121.545, 29.87), 123.4, 0))
    inside = await FenceStore(tx).presence_m(grant, away(LonLat(121.545, 29.87), 123.4, 180))

    assert outside == pytest.approx(123.4, abs=1e-3)
    assert inside == pytest.approx(-123.4, abs=1e-3)


async def test_long_edges_are_straight_in_wgs84_as_those_of_service_areas_are(tx, plant):
    """The geodesic between the ends of this edge of 96 km runs 105 m north of its middle."""
    await publish_fence(ground(plant.plant_id, box(121, 29, 122, 30)), tx)
    grant = tx.caller.grant(plant.plant_id, "plant:read")

    at = [await FenceStore(tx).presence_m(grant, LonLat(121.5, lat)) for lat in (30.0, 30.0005)]

    assert at[0] == pytest.approx(0.0, abs=0.002)
    assert at[1] == pytest.approx(55.43, abs=0.02)


async def test_inside_any_of_several_fences_will_do(tx, plant):
    await publish_fence(ground(plant.plant_id, YARD), tx)
    await publish_fence(presence(plant.plant_id, wgs84(SUZHOU), 100.0, name="branch"), tx)

    assert await verdict(tx, plant, LonLat(121.542, 29.865), 10.0) is INSIDE
    assert await verdict(tx, plant, SUZHOU, 10.0) is INSIDE
    assert await verdict(tx, plant, away(SUZHOU, 105.0, 10), 10.0) is UNCERTAIN
    assert await verdict(tx, plant, away(SUZHOU, 115.0, 10), 10.0) is OUTSIDE


async def test_a_service_area_is_no_presence_fence_and_the_other_way_round(tx, plant):
    await publish_fence(
        ground(plant.plant_id, around(NINGBO), kind=FenceKind.SERVICE_AREA, name="home"), tx
    )
    assert await verdict(tx, plant, NINGBO) is OUTSIDE

    await publish_fence(ground(plant.plant_id, around(SUZHOU)), tx)
    [areas] = await FenceStore(tx).covering([SUZHOU])

    assert areas == []
    assert await verdict(tx, plant, SUZHOU) is INSIDE


async def test_a_replaced_fence_counts_no_more(tx, plant):
    await publish_fence(ground(plant.plant_id, around(NINGBO)), tx)
    await publish_fence(ground(plant.plant_id, around(SUZHOU)), tx)

    assert await verdict(tx, plant, NINGBO) is OUTSIDE
    assert await verdict(tx, plant, SUZHOU) is INSIDE


async def test_what_is_no_accuracy_is_refused(tx, plant):
    with pytest.raises(Refused) as refused:
        await verdict(tx, plant, NINGBO, float("nan"))

    assert (refused.value.code, refused.value.field) == ("ACCURACY_INVALID", "accuracy_m")

"""Fences that are drawn by the codes of divisions."""

import pytest
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import DivisionUse, FenceKind, FencesByPlants
from hedgerow.contracts.values import Datum, GeoPoint, LonLat
from hedgerow.errors import Refused
from hedgerow_routing.handlers.import_divisions import import_divisions
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fence_tables import fence_periods
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.tables import fences
from hedgerow_routing.views.fences import fences_by_plants
from routing.makers import (
    NINGBO,
    count,
    division,
    divisions,
    exclusion,
    found_plant,
    presence,
    service_area,
    wgs84,
)
from routing.test_import_divisions import EAST, THREE, WEST
from worlds import administrator, transaction


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


async def test_boundaries_in_a_chinese_datum_are_converted(tx):
    await import_divisions(divisions(division("330200", WEST), datum=Datum.GCJ02), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)

    view = await publish_fence(
        service_area(plant.plant_id, None, datum=None, divisions=("330200",)), tx
    )

    corner = to_wgs84(GeoPoint(121.0, 29.0, Datum.GCJ02))
    assert [corner.lon, corner.lat] in view.geojson["coordinates"][0][0]


@pytest.mark.parametrize("kind", list(FenceKind))
async def test_a_fence_is_the_union_of_its_divisions_and_keeps_their_versions(tx, kind):
    views = await import_divisions(divisions(*THREE), tx)
    await import_divisions(divisions(division("330900", EAST, "东市")), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)
    command = service_area(
        plant.plant_id, None, kind=kind, datum=None, divisions=("330900", "330200", "330281")
    )

    view = await publish_fence(command, tx)

    assert view.divisions == (
        DivisionUse("330200", 1),
        DivisionUse("330281", 1),
        DivisionUse("330900", 2),
    )
    assert view.area_m2 == pytest.approx(sum(each.area_m2 for each in views), abs=2)
    whole, holed, island = sorted(view.geojson["coordinates"], key=lambda part: part[0][0][0])
    assert len(whole) == 1  # the common border is gone
    assert {tuple(at) for at in whole[0]} == {
        (121.0, 29.0), (122.0, 29.0), (123.0, 29.0), (123.0, 30.0), (122.0, 30.0), (121.0, 30.0),
    }  # fmt: skip
    assert (len(holed), len(island)) == (2, 1)
    [[kept]] = await fences_by_plants(FencesByPlants(plant_ids=(plant.plant_id,)), tx)
    assert kept == view


async def test_a_fence_drawn_by_divisions_covers_their_common_border_and_no_hole(tx):
    await import_divisions(divisions(*THREE), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)
    codes = ("330200", "330900", "330281")
    await publish_fence(service_area(plant.plant_id, None, datum=None, divisions=codes), tx)
    places = [
        (122.0, 29.5),
        (123.0, 30.0),
        (124.5, 29.5),
        (124.4, 29.5),
        (126.05, 29.05),
        (123.5, 29.5),
    ]

    found = await FenceStore(tx).covering([LonLat(*each) for each in places])

    assert [bool(each) for each in found] == [True, True, False, True, True, False]


async def test_a_fence_keeps_its_ground_when_a_division_is_imported_anew(tx):
    await import_divisions(divisions(*THREE), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)
    command = service_area(plant.plant_id, None, datum=None, divisions=("330200",))
    view = await publish_fence(command, tx)

    await import_divisions(divisions(division("330200", EAST)), tx)

    [[kept]] = await fences_by_plants(FencesByPlants(plant_ids=(plant.plant_id,)), tx)
    assert kept == view


@pytest.mark.parametrize(
    ("codes", "code", "field", "says"),
    [
        (("330200", "330299", "110199"), "DIVISION_UNKNOWN", "divisions.1", "330299, 110199"),
        (("330200", "330200"), "GIVEN_TWICE", "divisions.1", "twice"),
        (tuple(map(str, range(201))), "COUNT_INVALID", "divisions", "1 to 200"),
    ],
)
async def test_codes_that_cannot_be_are_refused_and_each_unknown_one_is_named(
    tx, codes, code, field, says
):
    await import_divisions(divisions(*THREE), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)

    with pytest.raises(Refused, match=says) as refused:
        await publish_fence(exclusion(plant.plant_id, datum=None, divisions=codes), tx)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert (await count(tx, fences), await count(tx, fence_periods)) == (0, 0)
    assert tx.emitted == []


async def test_divisions_are_a_shape_of_their_own(tx):
    await import_divisions(divisions(*THREE), tx)
    plant = await found_plant(tx, "NINGBO", NINGBO)

    for command, field in (
        (service_area(plant.plant_id, WEST, divisions=("330200",)), "divisions"),
        (presence(plant.plant_id, wgs84(NINGBO), divisions=("330200",)), "divisions"),
        (exclusion(plant.plant_id), "geojson"),
    ):
        with pytest.raises(Refused) as refused:
            await publish_fence(command, tx)
        assert (refused.value.code, refused.value.field) == ("FENCE_SHAPE", field)
    assert await count(tx, fences) == 0

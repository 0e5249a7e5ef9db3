"""Divisions are imported whole or not at all, each import as the next version."""

import asyncio
import re
from datetime import timedelta

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fences import DivisionsImported, DivisionView, ListDivisions
from hedgerow.contracts.values import Datum, Page
from hedgerow.errors import Refused
from hedgerow_routing.domain import division as division_module
from hedgerow_routing.handlers.import_divisions import import_divisions
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.fence_tables import division_imports
from hedgerow_routing.store.fence_tables import divisions as table
from hedgerow_routing.store.refusals import ChangedMeanwhile
from hedgerow_routing.views.divisions import list_divisions
from routing.bad_areas import BOWTIE, polygon
from routing.makers import (
    NINGBO,
    as_caller,
    box,
    count,
    division,
    divisions,
    found_plant,
    service_area,
)
from worlds import NOON, administrator, caller, transaction

# Two that share a border, and one with a hole and an island.
WEST, EAST = box(121, 29, 122, 30), box(122, 29, 123, 30)
HOLED = {
    "type": "MultiPolygon",
    "coordinates": [
        [
            box(124, 29, 125, 30)["coordinates"][0],
            box(124.4, 29.4, 124.6, 29.6)["coordinates"][0],
        ],
        [box(126, 29, 126.1, 29.1)["coordinates"][0]],
    ],
}
THREE = (
    division("330200", WEST, "西市", nameEn="West"),
    division("330900", EAST, "东市"),
    division("330281", HOLED, "洞市"),
)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


async def listed(tx):
    return (await list_divisions(ListDivisions(page=Page(first=100)), tx)).divisions


async def test_an_import_brings_boundaries_in_the_order_given(tx):
    views = await import_divisions(divisions(*THREE), tx)

    assert views[0] == DivisionView(
        code="330200",
        version=1,
        name="西市",
        name_en="West",
        area_m2=views[0].area_m2,
        datum=Datum.WGS84,
        imported_at=NOON,
    )
    assert views[0].area_m2 == pytest.approx(10_751_600_000, rel=1e-3)
    assert [(each.code, each.name_en) for each in views] == [
        ("330200", "West"),
        ("330900", ""),
        ("330281", ""),
    ]
    assert await listed(tx) == tuple(sorted(views, key=lambda view: view.code))
    [emitted] = tx.emitted
    assert emitted.event == DivisionsImported(version=1, codes=("330200", "330900", "330281"))
    aggregate = f"divisions:{tx.tenant_id}"
    assert (emitted.aggregate, emitted.version, emitted.plant_id) == (aggregate, 1, None)
    [change] = tx.recorded
    assert (change.aggregate, change.action, change.plant_id) == (aggregate, "imported", None)
    assert change.changes["codes"] == (None, ["330200", "330900", "330281"])
    assert re.fullmatch("[0-9a-f]{64}", change.changes["drawings"][1])


async def test_another_import_makes_the_next_version_of_what_is_in_it(tx):
    await import_divisions(divisions(*THREE), tx)
    tx.now = NOON + timedelta(days=1)

    [again] = await import_divisions(
        divisions(division("330200", EAST, "新西市"), datum=Datum.GCJ02), tx
    )

    assert (again.version, again.datum, again.imported_at) == (2, Datum.GCJ02, tx.now)
    assert [(each.code, each.version, each.name) for each in await listed(tx)] == [
        ("330200", 2, "新西市"),
        ("330281", 1, "洞市"),
        ("330900", 1, "东市"),
    ]
    assert await count(tx, table) == 4
    assert [each.version for each in tx.emitted] == [1, 2]


async def test_divisions_come_in_pages(tx):
    await import_divisions(divisions(*THREE), tx)

    page = await list_divisions(ListDivisions(page=Page(first=2, total=True)), tx)
    rest = await list_divisions(ListDivisions(page=Page(first=2, after=page.cursors[-1])), tx)

    assert [each.code for each in page.divisions] == ["330200", "330281"]
    assert (page.has_next, page.total) == (True, 3)
    assert ([each.code for each in rest.divisions], rest.has_next) == (["330900"], False)


def features(*given):
    return {"type": "FeatureCollection", "features": list(given)}


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"datum": None}, "DATUM_REQUIRED", "datum"),
        ({"geojson": WEST}, "AREA_INVALID", "geojson.type"),
        ({"geojson": features()}, "AREA_INVALID", "geojson.features"),
        ({"geojson": features(WEST)}, "AREA_INVALID", "geojson.features.0.type"),
        (
            {"geojson": features(THREE[0], {"type": "Feature", "geometry": WEST})},
            "AREA_INVALID",
            "geojson.features.1.properties",
        ),
        (
            {"geojson": features(division("", WEST))},
            "CODE_INVALID",
            "geojson.features.0.properties.code",
        ),
        (
            {"geojson": features(division("1", WEST) | {"properties": {"code": 1, "name": "x"}})},
            "AREA_INVALID",
            "geojson.features.0.properties.code",
        ),
        (
            {"geojson": features(division("1", WEST, ""))},
            "TEXT_INVALID",
            "geojson.features.0.properties.name",
        ),
        (
            {"geojson": features(division("1", WEST, nameEn="a\0b"))},
            "TEXT_INVALID",
            "geojson.features.0.properties.nameEn",
        ),
        (
            {"geojson": features(division("1", WEST), division("1", EAST))},
            "GIVEN_TWICE",
            "geojson.features.1.properties.code",
        ),
        (
            {"geojson": features(division("1", {"type": "Point", "coordinates": [1, 2]}))},
            "AREA_INVALID",
            "geojson.features.0.geometry.type",
        ),
        (
            {"geojson": features(division("1", polygon(BOWTIE)))},
            "AREA_INVALID",
            "geojson.features.0",
        ),
        (
            {"geojson": features(division("1", box(179, 0, -179, 1)))},
            "AREA_INVALID",
            "geojson.features.0.geometry.coordinates.0.1",
        ),
        (
            {"geojson": features(*(division(str(n), WEST) for n in range(501)))},
            "COUNT_INVALID",
            "geojson.features",
        ),
    ],
)
async def test_an_import_that_cannot_be_is_refused_whole_and_by_field(tx, changed, code, field):
    command = divisions(*THREE)
    given = {"geojson": command.geojson, "datum": Datum.WGS84} | changed

    with pytest.raises(Refused) as refused:
        await import_divisions(type(command)(**given), tx)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert (await count(tx, table), await count(tx, division_imports)) == (0, 0)
    assert (tx.emitted, tx.recorded) == ([], [])


async def test_too_many_vertices_at_once_are_refused(tx, monkeypatch):
    monkeypatch.setattr(division_module, "MOST_VERTICES", 9)

    with pytest.raises(Refused, match="in parts") as refused:
        await import_divisions(divisions(*THREE[:2]), tx)
    assert (refused.value.code, refused.value.field) == ("AREA_TOO_DETAILED", "geojson.features")
    assert await count(tx, table) == 0


async def test_who_may_publish_at_one_plant_only_may_not_import_and_may_draw(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    await import_divisions(divisions(*THREE), tx)
    who = caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
    theirs = await as_caller(tx, who)

    with pytest.raises(NotPermitted):
        await import_divisions(divisions(*THREE), theirs)
    assert (theirs.emitted, theirs.recorded) == ([], [])
    assert await count(theirs, division_imports) == 1

    command = service_area(plant.plant_id, None, datum=None, divisions=("330200",))
    assert (await publish_fence(command, theirs)).version == 1
    assert len(await listed(theirs)) == 3


async def test_another_tenant_knows_none_of_them(tx):
    await import_divisions(divisions(*THREE), tx)
    stranger = await as_caller(tx, administrator())

    assert await listed(stranger) == ()
    plant = await found_plant(stranger, "NINGBO", NINGBO)
    with pytest.raises(Refused) as refused:
        command = service_area(plant.plant_id, None, datum=None, divisions=("330200",))
        await publish_fence(command, stranger)
    assert refused.value.code == "DIVISION_UNKNOWN"


async def test_of_two_who_import_at_once_one_is_told_to_look_again(routing_db):
    admin = administrator()

    async def importing(code: str):
        async with transaction(routing_db, admin) as tx:
            await import_divisions(divisions(division(code, WEST)), tx)
            await asyncio.sleep(0.3)
            await tx.conn.commit()

    outcomes = await asyncio.gather(importing("1"), importing("2"), return_exceptions=True)

    assert sorted(type(each) for each in outcomes if each is not None) == [ChangedMeanwhile]
    async with transaction(routing_db, admin) as tx:
        assert len(await listed(tx)) == 1

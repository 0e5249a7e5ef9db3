import asyncio
from datetime import timedelta

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.datum import from_wgs84, to_wgs84
from hedgerow.contracts.routing import Circle, FenceKind, FencePublished, FencesByPlants, FenceView
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, PlantId, new_id
from hedgerow.errors import PlantForbidden, Refused
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.refusals import ChangedMeanwhile, IdTaken
from hedgerow_routing.store.tables import fences
from hedgerow_routing.views.fences import fences_by_plants
from routing.bad_areas import BOWTIE, polygon
from routing.makers import (
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    box,
    count,
    found_plant,
    of_itself,
    presence,
    service_area,
    wgs84,
)
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction

HOUR = timedelta(hours=1)


async def in_force(tx, *plant_ids: PlantId):
    return await fences_by_plants(FencesByPlants(plant_ids=plant_ids), tx)


async def test_a_service_area_is_in_force_from_its_publication_on(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        command = service_area(plant.plant_id, box(121, 29, 122, 30), priority=7)

        view = await publish_fence(command, tx)

        assert view == FenceView(
            fence_id=command.fence_id,
            plant_id=plant.plant_id,
            kind=FenceKind.SERVICE_AREA,
            name="home",
            version=1,
            priority=7,
            area_m2=view.area_m2,
            circle=None,
            geojson={
                "type": "MultiPolygon",
                "coordinates": [
                    [[[121.0, 29.0], [122.0, 29.0], [122.0, 30.0], [121.0, 30.0], [121.0, 29.0]]]
                ],
            },
            active_from=NOON,
            active_to=None,
            recorded_from=NOON,
        )
        assert view.area_m2 == pytest.approx(10_751_600_000, rel=1e-3)
        assert await in_force(tx, plant.plant_id) == ((view,),)
        [emitted] = of_itself(tx)
        assert emitted.event == FencePublished(
            fence_id=view.fence_id,
            plant_id=plant.plant_id,
            kind=FenceKind.SERVICE_AREA,
            version=1,
            active_from=NOON,
            recorded_at=NOON,
        )
        assert emitted.aggregate == f"fence:{plant.plant_id}:SERVICE_AREA:home"
        assert (emitted.version, emitted.plant_id) == (1, plant.plant_id)


async def test_a_presence_fence_keeps_its_centre_as_given(routing_db):
    given = from_wgs84(NINGBO, Datum.BD09)
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        view = await publish_fence(presence(plant.plant_id, given, 500.0), tx)

        assert (view.circle, view.geojson) == (Circle(given, 500.0), None)
        assert view.area_m2 == 785_398
        assert await in_force(tx, plant.plant_id) == ((view,),)
        row = (await tx.conn.execute(select(fences))).one()
        assert LonLat(row.center_wgs84_lon, row.center_wgs84_lat) == to_wgs84(given)


async def test_every_digit_of_an_area_survives_the_database(routing_db):
    ring = [[121.1 + 1 / 3, 29.1 + 1 / 7], [122 + 1e-9, 29.3], [121.7, 30 - 1e-13]]
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        view = await publish_fence(service_area(plant.plant_id, polygon([*ring, ring[0]])), tx)

        assert view.geojson["coordinates"] == [[[*ring, ring[0]]]]
        assert await in_force(tx, plant.plant_id) == ((view,),)


async def test_an_area_drawn_on_a_chinese_map_is_converted_and_the_drawing_kept(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        drawn = box(121, 29, 122, 30)

        view = await publish_fence(service_area(plant.plant_id, drawn, datum=Datum.GCJ02), tx)

        corner = to_wgs84(GeoPoint(121.0, 29.0, Datum.GCJ02))
        assert view.geojson["coordinates"][0][0][0] == [corner.lon, corner.lat]
        row = (await tx.conn.execute(select(fences))).one()
        assert (row.datum, row.given) == ("GCJ02", [drawn["coordinates"]])


async def test_publishing_again_closes_the_old_version_and_opens_the_next(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        old = await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
        tx.now = NOON + HOUR

        new = await publish_fence(service_area(plant.plant_id, around(SUZHOU)), tx)

        assert (new.version, new.active_from) == (2, NOON + HOUR)
        assert await in_force(tx, plant.plant_id) == ((new,),)
        versions = await tx.conn.execute(
            select(fences.c.fence_id, fences.c.active_to).order_by(fences.c.version)
        )
        assert versions.all() == [(old.fence_id, NOON + HOUR), (new.fence_id, None)]
        assert [(each.aggregate, each.version) for each in of_itself(tx)] == [
            (f"fence:{plant.plant_id}:SERVICE_AREA:home", 1),
            (f"fence:{plant.plant_id}:SERVICE_AREA:home", 2),
        ]


async def test_a_clock_that_is_behind_does_not_publish_into_the_past(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
        tx.now = NOON - HOUR

        new = await publish_fence(service_area(plant.plant_id, around(SUZHOU)), tx)

        assert (new.version, new.active_from) == (2, NOON)


async def test_kinds_names_and_plants_have_versions_of_their_own(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        published = [
            await publish_fence(command, tx)
            for command in (
                service_area(ningbo.plant_id, around(NINGBO), name="b"),
                service_area(ningbo.plant_id, around(NINGBO), name="a"),
                presence(ningbo.plant_id, wgs84(NINGBO), name="a"),
                service_area(suzhou.plant_id, around(NINGBO), name="a"),
            )
        ]

        area_b, area_a, circle, foreign = published
        assert {each.version for each in published} == {1}
        nobody = PlantId(new_id())
        assert await in_force(tx, suzhou.plant_id, nobody, ningbo.plant_id) == (
            (foreign,),
            (),
            (circle, area_a, area_b),
        )


async def test_of_two_who_publish_at_once_one_is_told_to_look_again(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
        await tx.conn.commit()

    async def publish():
        async with transaction(routing_db, admin) as tx:
            await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
            await asyncio.sleep(0.3)
            await tx.conn.commit()

    outcomes = await asyncio.gather(publish(), publish(), return_exceptions=True)

    assert sorted(type(each) for each in outcomes if each is not None) == [ChangedMeanwhile]
    async with transaction(routing_db, admin) as tx:
        [[fence]] = await in_force(tx, plant.plant_id)
        assert fence.version == 2
        assert await count(tx, fences) == 2


async def test_an_id_is_used_once(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        view = await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)

        with pytest.raises(IdTaken) as refused:
            again = service_area(
                plant.plant_id, around(NINGBO), name="other", fence_id=view.fence_id
            )
            await publish_fence(again, tx)

        assert refused.value.field == "fence_id"
        assert len(of_itself(tx)) == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"datum": None}, "DATUM_REQUIRED", "datum"),
        ({"geojson": polygon(BOWTIE)}, "AREA_INVALID", "geojson"),
        ({"geojson": {"type": "Point"}}, "AREA_INVALID", "geojson.type"),
        ({"geojson": None}, "FENCE_SHAPE", "geojson"),
        ({"circle": Circle(wgs84(NINGBO), 500.0)}, "FENCE_SHAPE", "circle"),
        ({"name": "a\0b"}, "TEXT_INVALID", "name"),
        ({"name": "\udfff"}, "TEXT_INVALID", "name"),
        ({"priority": 2**40}, "PRIORITY_INVALID", "priority"),
    ],
)
async def test_an_area_that_cannot_be_is_refused_by_field(routing_db, changed, code, field):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        with pytest.raises(Refused) as refused:
            await publish_fence(
                service_area(plant.plant_id, **{"geojson": around(NINGBO)} | changed), tx
            )

        assert (refused.value.code, refused.value.field) == (code, field)
        assert await count(tx, fences) == 0
        assert tx.emitted == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"circle": None}, "FENCE_SHAPE", "circle"),
        ({"geojson": around(NINGBO)}, "FENCE_SHAPE", "geojson"),
        ({"circle": Circle(wgs84(NINGBO), 0.5)}, "RADIUS_INVALID", "circle.radius_m"),
        ({"circle": Circle(wgs84(NINGBO), float("nan"))}, "RADIUS_INVALID", "circle.radius_m"),
        ({"circle": Circle(wgs84(NINGBO), 1e9)}, "RADIUS_INVALID", "circle.radius_m"),
        (
            {"circle": Circle(GeoPoint(0.0, 91.0, Datum.GCJ02), 500.0)},
            "BAD_COORDINATE",
            "circle.center.lat",
        ),
    ],
)
async def test_a_circle_that_cannot_be_is_refused_by_field(routing_db, changed, code, field):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        with pytest.raises(Refused) as refused:
            await publish_fence(presence(plant.plant_id, wgs84(NINGBO), **changed), tx)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert await count(tx, fences) == 0
        assert tx.emitted == []


async def test_fences_are_published_where_the_caller_holds_the_right(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        who = caller(
            admin.tenant_id,
            plants={ningbo.plant_id: Role.AREA_ADMIN, suzhou.plant_id: Role.SALES},
        )
        theirs = await as_caller(tx, who)

        with pytest.raises(NotPermitted):
            await publish_fence(service_area(suzhou.plant_id, around(SUZHOU)), theirs)
        with pytest.raises(PlantForbidden):
            await publish_fence(service_area(PlantId(new_id()), around(SUZHOU)), theirs)
        assert theirs.emitted == []

        view = await publish_fence(service_area(ningbo.plant_id, around(NINGBO)), theirs)
        assert view.version == 1

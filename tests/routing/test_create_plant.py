import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import ListPlants, PlantCreated, PlantsByIds, PlantView
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.store.plants import PlantCodeTaken
from hedgerow_routing.store.refusals import IdTaken
from hedgerow_routing.store.tables import plants
from hedgerow_routing.views.plants import list_plants, plants_by_ids
from routing.makers import NINGBO, SUZHOU, count, found_plant, new_plant
from worlds import NOON, administrator, caller, transaction


async def test_a_new_plant_keeps_its_point_as_given_and_in_wgs84(routing_db):
    given = GeoPoint(121.5545, 29.8671, Datum.GCJ02)
    command = new_plant("NINGBO", given, name="宁波工厂")

    async with transaction(routing_db, administrator()) as tx:
        view = await create_plant(command, tx)

        assert view == PlantView(
            plant_id=command.plant_id,
            code="NINGBO",
            name="宁波工厂",
            point=given,
            wgs84=to_wgs84(given),
            created_at=NOON,
        )
        assert await plants_by_ids(PlantsByIds(ids=(command.plant_id,)), tx) == (view,)
        [emitted] = tx.emitted
        assert emitted.event == PlantCreated(plant=view)
        assert emitted.aggregate == f"plant:{view.plant_id}"
        assert (emitted.version, emitted.plant_id) == (1, view.plant_id)


async def test_a_code_is_given_once_in_a_tenant(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await found_plant(tx, "NINGBO", NINGBO)

        with pytest.raises(PlantCodeTaken) as refused:
            await create_plant(new_plant("NINGBO", SUZHOU), tx)

        assert (refused.value.code, refused.value.field) == ("PLANT_CODE_TAKEN", "code")
        assert await count(tx, plants) == 1
        assert tx.emitted == []


async def test_another_tenant_may_use_the_same_code_and_id(routing_db):
    command = new_plant("NINGBO")

    async with transaction(routing_db, administrator()) as tx:
        await create_plant(command, tx)
    async with transaction(routing_db, administrator()) as tx:
        assert (await create_plant(command, tx)).code == "NINGBO"


async def test_an_id_is_given_once(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        with pytest.raises(IdTaken) as refused:
            await create_plant(new_plant("OTHER", plant_id=plant.plant_id), tx)

        assert (refused.value.code, refused.value.field) == ("ID_TAKEN", "plant_id")
        assert tx.emitted == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"code": "ningbo"}, "CODE_INVALID", "code"),
        ({"name": "a\0b"}, "TEXT_INVALID", "name"),
        ({"name": "\ud83d"}, "TEXT_INVALID", "name"),
        ({"point": GeoPoint(181.0, 30.0, Datum.WGS84)}, "BAD_COORDINATE", "point.lon"),
        ({"point": GeoPoint(120.0, float("nan"), Datum.BD09)}, "BAD_COORDINATE", "point.lat"),
    ],
)
async def test_what_is_wrong_is_refused_by_field(routing_db, changed, code: str, field: str):
    async with transaction(routing_db, administrator()) as tx:
        with pytest.raises(Refused) as refused:
            await create_plant(new_plant(**changed), tx)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert await count(tx, plants) == 0
        assert tx.emitted == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DISPATCHER])
async def test_only_those_who_may_create_plants_in_the_whole_tenant_do(routing_db, role: Role):
    async with transaction(routing_db, caller(tenant=role)) as tx:
        with pytest.raises(NotPermitted):
            await create_plant(new_plant(), tx)

        assert await count(tx, plants) == 0
        assert tx.emitted == []


async def test_an_area_administrator_may_not(routing_db):
    plant_id = PlantId(new_id())

    async with transaction(routing_db, caller(plants={plant_id: Role.AREA_ADMIN})) as tx:
        with pytest.raises(NotPermitted):
            await create_plant(new_plant(plant_id=plant_id), tx)

        assert tx.emitted == []


async def test_plants_are_listed_by_code_and_found_in_the_order_asked(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        beyond = await found_plant(tx, "BEYOND", LonLat(-180.0, -90.0))

        assert await list_plants(ListPlants(), tx) == (beyond, ningbo, suzhou)
        ids = (suzhou.plant_id, PlantId(new_id()), ningbo.plant_id, suzhou.plant_id)
        assert await plants_by_ids(PlantsByIds(ids=ids), tx) == (suzhou, None, ningbo, suzhou)
        assert await plants_by_ids(PlantsByIds(ids=()), tx) == ()

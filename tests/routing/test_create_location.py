import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.routing import (
    ListLocations,
    LocationCreated,
    LocationKind,
    LocationsByIds,
    LocationView,
)
from hedgerow.contracts.values import LocationId, PlantId, new_id
from hedgerow.errors import PlantForbidden, Refused
from hedgerow_routing.handlers.create_location import create_location
from hedgerow_routing.store.plants import LocationCodeTaken
from hedgerow_routing.store.refusals import IdTaken
from hedgerow_routing.store.tables import locations
from hedgerow_routing.views.plants import list_locations, locations_by_ids
from routing.makers import (
    NINGBO,
    SUZHOU,
    as_caller,
    count,
    found_location,
    found_plant,
    new_location,
)
from worlds import NOON, administrator, caller, transaction


async def test_a_new_location_belongs_to_its_plant(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        command = new_location(
            plant.plant_id, "HZ-1", name="杭州仓", kind=LocationKind.CLOUD_WAREHOUSE
        )

        view = await create_location(command, tx)

        assert view == LocationView(
            location_id=command.location_id,
            plant_id=plant.plant_id,
            code="HZ-1",
            name="杭州仓",
            kind=LocationKind.CLOUD_WAREHOUSE,
            created_at=NOON,
        )
        assert await list_locations(ListLocations(), tx) == (view,)
        [emitted] = tx.emitted
        assert emitted.event == LocationCreated(location=view)
        assert emitted.aggregate == f"location:{view.location_id}"
        assert (emitted.version, emitted.plant_id) == (1, plant.plant_id)


async def test_an_area_administrator_adds_locations_to_their_own_plant(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        area_admin = caller(admin.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
        theirs = await as_caller(tx, area_admin)

        view = await create_location(new_location(plant.plant_id), theirs)

        assert view.plant_id == plant.plant_id
        assert len(theirs.emitted) == 1


async def test_another_plant_and_no_plant_are_refused_in_the_same_words(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        staff = caller(admin.tenant_id, plants={suzhou.plant_id: Role.AREA_ADMIN})

        refusals = []
        for who, plant_id in (
            (staff, ningbo.plant_id),
            (staff, PlantId(new_id())),
            (admin, PlantId(new_id())),
        ):
            theirs = await as_caller(tx, who)
            with pytest.raises(PlantForbidden) as refused:
                await create_location(new_location(plant_id), theirs)
            refusals.append((refused.value.en, refused.value.zh, refused.value.field))
            assert theirs.emitted == []

        assert (
            refusals
            == [
                (
                    "You may not access orders of this area; contact the area administrator",
                    "您无权访问该区域订单，请联系区域管理员",
                    "plant_id",
                )
            ]
            * 3
        )
        assert await count(tx, locations) == 0


async def test_staff_without_the_right_are_told_so(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        staff = caller(admin.tenant_id, plants={plant.plant_id: Role.SALES})
        theirs = await as_caller(tx, staff)

        with pytest.raises(NotPermitted):
            await create_location(new_location(plant.plant_id), theirs)

        assert await count(theirs, locations) == 0
        assert theirs.emitted == []


async def test_a_code_is_given_once_in_a_tenant_and_an_id_too(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        first = await found_location(tx, ningbo.plant_id, "HZ-1")

        with pytest.raises(LocationCodeTaken) as code_taken:
            await create_location(new_location(suzhou.plant_id, "HZ-1"), tx)
        with pytest.raises(IdTaken) as id_taken:
            again = new_location(suzhou.plant_id, "HZ-2", location_id=first.location_id)
            await create_location(again, tx)

        assert (code_taken.value.code, code_taken.value.field) == ("LOCATION_CODE_TAKEN", "code")
        assert id_taken.value.field == "location_id"
        assert await count(tx, locations) == 1
        assert tx.emitted == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [({"code": "hz"}, "CODE_INVALID", "code"), ({"name": "\0"}, "TEXT_INVALID", "name")],
)
async def test_what_is_wrong_is_refused_by_field(routing_db, changed, code: str, field: str):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)

        with pytest.raises(Refused) as refused:
            await create_location(new_location(plant.plant_id, **changed), tx)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert await count(tx, locations) == 0
        assert tx.emitted == []


async def test_names_of_locations_are_the_whole_tenants_but_lists_are_the_plants(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        cloud = await found_location(tx, suzhou.plant_id, "CLOUD")
        store = await found_location(tx, ningbo.plant_id, "STORE")
        gate = await found_location(tx, ningbo.plant_id, "GATE")
        staff = caller(admin.tenant_id, plants={ningbo.plant_id: Role.SALES})
        theirs = await as_caller(tx, staff)

        assert await list_locations(ListLocations(), theirs) == (gate, store)
        ids = (store.location_id, LocationId(new_id()), cloud.location_id)
        assert await locations_by_ids(LocationsByIds(ids=ids), theirs) == (store, None, cloud)

        for who in (administrator(), caller(admin.tenant_id, subject="nobody")):
            stranger = await as_caller(tx, who)
            assert await locations_by_ids(LocationsByIds(ids=ids), stranger) == (None, None, None)

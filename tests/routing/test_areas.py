import pytest
from hedgerow.auth import Role
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.routing import (
    AreaCreated,
    AreaView,
    ListAreas,
    PlantAreaSet,
    PlantsByIds,
    SetPlantArea,
)
from hedgerow.contracts.values import AreaId, Basis, PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.create_area import create_area
from hedgerow_routing.handlers.create_plant import create_plant
from hedgerow_routing.handlers.set_plant_area import set_plant_area
from hedgerow_routing.store.access_tables import areas
from hedgerow_routing.views.areas import list_areas
from hedgerow_routing.views.plants import plants_by_ids
from routing.makers import NINGBO, SUZHOU, as_caller, count, found_plant, new_plant
from routing.people import (
    BASIS,
    evident,
    found_area_of,
    found_grant,
    move,
    new_area,
    refused,
    versions,
)
from routing.test_grant_role import access_of
from worlds import NOON, administrator, caller, transaction


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    tx.recorded.clear()
    return plant


async def test_a_new_area_has_no_plants(tx):
    command = new_area("EAST", name="华东区")

    view = await create_area(command, tx)

    assert view == AreaView(
        area_id=command.area_id, code="EAST", name="华东区", plant_ids=(), created_at=NOON
    )
    [emitted] = tx.emitted
    assert (emitted.event, emitted.aggregate) == (AreaCreated(area=view), f"area:{view.area_id}")
    assert (emitted.version, emitted.plant_id) == (1, None)
    [change] = tx.recorded
    assert (change.aggregate, change.action) == (f"area:{view.area_id}", "created")
    assert change.changes == {"code": (None, "EAST"), "name": (None, "华东区")}
    assert await list_areas(ListAreas(), tx) == (view,)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"code": "east"}, "CODE_INVALID", "code"),
        ({"name": "a\0"}, "TEXT_INVALID", "name"),
        ({"code": "TAKEN"}, "AREA_CODE_TAKEN", "code"),
    ],
)
async def test_what_is_wrong_with_an_area_is_refused(tx, changed, code: str, field: str):
    await found_area_of(tx, "TAKEN")

    with pytest.raises(Refused) as refusal:
        await create_area(new_area(**{"code": "EAST"} | changed), tx)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert await count(tx, areas) == 1
    assert (tx.emitted, tx.recorded) == ([], [])


async def test_an_id_of_an_area_is_used_once(tx):
    area = await found_area_of(tx, "EAST")

    with pytest.raises(Refused) as refusal:
        await create_area(new_area("WEST", area_id=area.area_id), tx)

    assert (refusal.value.code, refusal.value.field) == ("ID_TAKEN", "area_id")


async def test_a_plant_moves_into_an_area_and_out_again(tx, plant):
    area = await found_area_of(tx, "EAST")

    view = await move(tx, plant.plant_id, area.area_id)

    assert view.area_id == area.area_id
    assert await plants_by_ids(PlantsByIds(ids=(plant.plant_id,)), tx) == (view,)
    [emitted] = tx.emitted
    assert emitted.event == PlantAreaSet(plant_id=plant.plant_id, area_id=area.area_id)
    assert (emitted.aggregate, emitted.version) == (f"plant:{plant.plant_id}", 2)
    [change] = tx.recorded
    assert (change.aggregate, change.action) == (f"plant:{plant.plant_id}", "area_set")
    assert (change.changes, change.basis) == ({"area_id": (None, area.area_id)}, BASIS)
    assert (await list_areas(ListAreas(), tx))[0].plant_ids == (plant.plant_id,)

    out = await move(tx, plant.plant_id, None)

    assert out.area_id is None
    assert [each.version for each in tx.emitted] == [2, 3]


async def test_the_area_it_is_in_already_changes_nothing(tx, plant):
    area = await found_area_of(tx, "EAST", plant)

    assert (await move(tx, plant.plant_id, area.area_id)).area_id == area.area_id
    assert (tx.emitted, tx.recorded) == ([], [])


async def test_whose_rights_a_move_changes_is_told_and_nobody_else(tx, plant):
    east, west = await found_area_of(tx, "EAST", plant), await found_area_of(tx, "WEST")
    await found_grant(tx, "in.east", Role.PICKER, east)
    await found_grant(tx, "in.west", Role.SALES, west)
    await found_grant(tx, "in.both", Role.SALES, west)
    await found_grant(tx, "in.both", Role.SALES, east)
    await found_grant(tx, "at.plant", Role.PICKER, plant)

    await move(tx, plant.plant_id, west.area_id)

    changed = [each.event for each in tx.emitted if isinstance(each.event, AccessChanged)]
    assert [(each.subject, each.version, each.membership) for each in changed] == [
        ("in.both", 3, None),
        ("in.east", 2, None),
        ("in.west", 2, None),
    ]
    assert [(c.aggregate, c.action, c.changes) for c in tx.recorded[1:]] == [
        (f"access:{tx.tenant_id}:in.both", "reach_changed", {"version": (2, 3)}),
        (f"access:{tx.tenant_id}:in.east", "reach_changed", {"version": (1, 2)}),
        (f"access:{tx.tenant_id}:in.west", "reach_changed", {"version": (1, 2)}),
    ]
    assert (await access_of(tx, "in.east")).plant_roles == {}
    assert (await access_of(tx, "in.west")).plant_roles == {plant.plant_id: ("sales",)}
    assert (await access_of(tx, "at.plant")).version == 1
    assert await evident(tx) == 4


async def test_a_new_plant_raises_the_rights_of_those_with_a_role_everywhere(tx, plant):
    await found_grant(tx, "everywhere", Role.SALES)
    await found_grant(tx, "auditor", Role.AUDITOR)
    await found_grant(tx, "at.plant", Role.SALES, plant)

    new = await create_plant(new_plant("SUZHOU", SUZHOU), tx)

    assert await versions(tx) == {"everywhere": 2, "auditor": 1, "at.plant": 1}
    assert [type(each.event).__name__ for each in tx.emitted] == ["PlantCreated", "AccessChanged"]
    access = await access_of(tx, "everywhere")
    assert access.plant_roles[new.plant_id] == ("sales",)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"plant_id": PlantId(new_id())}, ("PLANT_FORBIDDEN", "plant_id")),
        ({"area_id": AreaId(new_id())}, ("AREA_UNKNOWN", "area_id")),
        ({"basis": Basis("", "1")}, ("BASIS_REQUIRED", "basis.type")),
    ],
)
async def test_what_is_wrong_with_a_move_is_refused(tx, plant, changed, outcome):
    fields = {"plant_id": plant.plant_id, "area_id": None, "basis": BASIS}

    moved = set_plant_area(SetPlantArea(**fields | changed), tx)

    assert await refused(moved, tx, tx) == outcome


async def test_areas_are_the_tenants_to_set(tx, plant):
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN}))

    assert await refused(create_area(new_area(), seen), seen, tx) == ("NOT_PERMITTED", "")
    assert await refused(move(seen, plant.plant_id, None), seen, tx) == ("NOT_PERMITTED", "")


async def test_areas_are_told_with_the_plants_in_sight(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    west = await found_area_of(tx, "WEST")
    east = await found_area_of(tx, "EAST", suzhou, plant)
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: Role.PICKER}))

    told = await list_areas(ListAreas(), seen)

    assert [(each.code, each.plant_ids) for each in told] == [
        ("EAST", (plant.plant_id,)),
        ("WEST", ()),
    ]
    assert [each.area_id for each in told] == [east.area_id, west.area_id]
    with pytest.raises(Refused):
        await list_areas(ListAreas(), await as_caller(tx, caller(tx.tenant_id)))

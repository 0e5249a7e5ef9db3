import pytest
from hedgerow.auth import PERMISSIONS, Permission, Role
from hedgerow.contracts.access import AccessChanged, BindPlant, Member, Scope
from hedgerow.contracts.routing import Circle, FenceKind, FencePublished, FencesByPlants
from hedgerow.contracts.values import Basis, Datum, GeoPoint, MembershipId, PlantId, new_id
from hedgerow_routing.handlers.bind_plant import bind_plant
from hedgerow_routing.store.tables import fences
from hedgerow_routing.views.fences import fences_by_plants
from msgspec.structs import replace
from routing.makers import (
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    count,
    found_plant,
    of_itself,
    presence,
    service_area,
    wgs84,
)
from routing.people import BASIS, evident, found_grant, refused, versions
from routing.test_grant_role import access_of
from worlds import administrator, caller, transaction


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    tx.recorded.clear()
    return plant


def member(subject: str, role: Role | str, **changed) -> Member:
    fields = {"membership_id": MembershipId(new_id()), "subject": subject, "role": str(role)}
    return Member(**fields | changed)


def binding(plant, *members: Member, fence=None, basis: Basis = BASIS) -> BindPlant:
    drawn = fence or presence(plant.plant_id, wgs84(NINGBO), 500.0)
    return BindPlant(fence=drawn, members=members, basis=basis)


async def test_a_fence_and_its_people_in_one_go(tx, plant):
    command = binding(
        plant,
        member("li.wei", Role.WAREHOUSE_LEAD),
        member("wang.fang", Role.PICKER),
        member("li.wei", Role.QUALITY),
    )

    view = await bind_plant(command, tx)

    assert view.fence.circle == Circle(wgs84(NINGBO), 500.0)
    asked = FencesByPlants(plant_ids=(plant.plant_id,))
    assert await fences_by_plants(asked, tx) == ((view.fence,),)
    assert [(m.subject, m.role, m.scope, m.plant_id, m.basis) for m in view.memberships] == [
        (each.subject, each.role, Scope.PLANT, plant.plant_id, BASIS) for each in command.members
    ]
    assert [type(each.event) for each in of_itself(tx)] == [FencePublished] + [AccessChanged] * 3
    assert [(e.event.subject, e.version, e.event.membership) for e in of_itself(tx)[1:]] == [
        ("li.wei", 1, view.memberships[0]),
        ("li.wei", 2, view.memberships[2]),
        ("wang.fang", 1, view.memberships[1]),
    ]
    assert [(change.action, change.basis) for change in tx.recorded] == [
        ("published", BASIS),
        ("published", None),  # the release of it
        ("published", None),  # its number
        ("granted", BASIS),
        ("granted", BASIS),
        ("granted", BASIS),
    ]
    access = await access_of(tx, "li.wei")
    assert access.plant_roles == {plant.plant_id: ("quality", "warehouse_lead")}
    assert await versions(tx) == {"li.wei": 2, "wang.fang": 1}
    assert await evident(tx) == 6


async def test_from_a_file_that_a_map_tool_exported(tx, plant):
    exported = {
        "type": "FeatureCollection",
        "name": "yard",
        "features": [
            {"type": "Feature", "properties": {"id": 1}, "geometry": around(NINGBO, 0.01)},
            {"type": "Feature", "properties": None, "geometry": around(SUZHOU, 0.01)},
        ],
    }
    fence = service_area(plant.plant_id, exported, kind=FenceKind.PRESENCE)

    view = await bind_plant(binding(plant, member("li.wei", Role.PICKER), fence=fence), tx)

    assert len(view.fence.geojson["coordinates"]) == 2


@pytest.mark.parametrize(
    ("position", "changed", "outcome"),
    [
        (1, {"role": "emperor"}, ("ROLE_UNKNOWN", "members.1.role")),
        (1, {"role": "auditor"}, ("SCOPE_INVALID", "members.1.role")),
        (0, {"subject": "service:x"}, ("SUBJECT_INVALID", "members.0.subject")),
        (1, {"subject": "li.wei"}, ("GIVEN_TWICE", "members.1.role")),
    ],
)
async def test_what_is_wrong_with_a_member_is_named_and_nothing_is_kept(
    tx, plant, position: int, changed, outcome
):
    members = [member("li.wei", Role.PICKER), member("wang.fang", Role.PICKER)]
    members[position] = replace(members[position], **changed)

    assert await refused(bind_plant(binding(plant, *members), tx), tx, tx) == outcome
    assert await count(tx, fences) == 0


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"name": ""}, ("TEXT_INVALID", "fence.name")),
        ({"priority": 1_000_001}, ("PRIORITY_INVALID", "fence.priority")),
        ({"circle": Circle(wgs84(NINGBO), 0.5)}, ("RADIUS_INVALID", "fence.circle.radius_m")),
        (
            {"circle": Circle(GeoPoint(0, 91, Datum.WGS84), 5.0)},
            ("BAD_COORDINATE", "fence.circle.center.lat"),
        ),
        ({"circle": None}, ("FENCE_SHAPE", "fence.circle")),
        ({"geojson": around(NINGBO)}, ("FENCE_SHAPE", "fence.geojson")),
        ({"circle": None, "geojson": around(NINGBO)}, ("DATUM_REQUIRED", "fence.datum")),
        (
            {"circle": None, "geojson": {"type": "Point"}, "datum": Datum.WGS84},
            ("AREA_INVALID", "fence.geojson.type"),
        ),
    ],
)
async def test_what_is_wrong_with_the_fence_is_named(tx, plant, changed, outcome):
    fence = presence(plant.plant_id, wgs84(NINGBO), 500.0, **changed)
    command = binding(plant, member("li.wei", Role.PICKER), fence=fence)

    assert await refused(bind_plant(command, tx), tx, tx) == outcome
    assert await count(tx, fences) == 0


async def test_it_takes_members_and_a_basis(tx, plant):
    many = [member(f"user-{number}", Role.PICKER) for number in range(101)]
    same = member("li.wei", Role.PICKER)

    for command, outcome in (
        (binding(plant), ("COUNT_INVALID", "members")),
        (binding(plant, *many), ("COUNT_INVALID", "members")),
        (
            binding(plant, same, replace(same, subject="x")),
            ("GIVEN_TWICE", "members.1.membership_id"),
        ),
        (binding(plant, same, basis=Basis("LETTER", "")), ("BASIS_REQUIRED", "basis.ref")),
    ):
        assert await refused(bind_plant(command, tx), tx, tx) == outcome
    assert await count(tx, fences) == 0


async def test_one_member_who_has_the_role_already_undoes_it_all(routing_db):
    """The database takes back the fence with the rest: this one is really committed or not."""
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        had = await found_grant(tx, "wang.fang", Role.PICKER, plant)
        await tx.conn.commit()
    twice = binding(plant, member("li.wei", Role.PICKER), member("wang.fang", Role.PICKER))
    taken = binding(
        plant,
        member("li.wei", Role.PICKER),
        member("zhao.min", Role.PICKER, membership_id=had.membership_id),
    )

    for command, outcome in (
        (twice, ("ROLE_ALREADY_GRANTED", "members.1.role")),
        (taken, ("ID_TAKEN", "members.1.membership_id")),
    ):
        async with transaction(routing_db, admin) as tx:
            with pytest.raises(Exception) as refusal:
                await bind_plant(command, tx)
            assert (refusal.value.code, refusal.value.field) == outcome

    async with transaction(routing_db, admin) as tx:
        assert await count(tx, fences) == 0
        assert await versions(tx) == {"wang.fang": 1}


@pytest.mark.parametrize(
    ("lacking", "outcome"),
    [
        (Permission.ROLE_GRANT, ("NOT_PERMITTED", "")),
        (Permission.FENCE_PUBLISH, ("NOT_PERMITTED", "")),
        (Permission.PLANT_READ, ("PLANT_FORBIDDEN", "fence.plant_id")),
        (Permission.STOCK_READ, ("ROLE_EXCEEDS_YOURS", "members.0.role")),
    ],
)
async def test_it_takes_every_right(tx, plant, lacking: Permission, outcome):
    held = PERMISSIONS[Role.AREA_ADMIN] - {lacking}
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: held}))
    command = binding(plant, member("li.wei", Role.PICKER))

    assert await refused(bind_plant(command, seen), seen, tx) == outcome
    assert await count(await as_caller(tx, tx.caller), fences) == 0


async def test_an_area_administrator_binds_their_plant_and_no_other(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN}))

    for plant_id in (suzhou.plant_id, PlantId(new_id())):
        fence = presence(plant_id, wgs84(SUZHOU))
        command = binding(suzhou, member("li.wei", Role.PICKER), fence=fence)
        outcome = await refused(bind_plant(command, seen), seen, tx)
        assert outcome == ("PLANT_FORBIDDEN", "fence.plant_id")
    await as_caller(tx, seen.caller)
    bound = await bind_plant(binding(plant, member("li.wei", Role.PLANT_MANAGER)), seen)
    assert bound.memberships[0].granted_by == "tester"

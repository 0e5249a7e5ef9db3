import asyncio

import pytest
from hedgerow.auth import PERMISSIONS, Permission, Role
from hedgerow.contracts.access import AccessBySubjects, AccessChanged, MembershipView, Scope
from hedgerow.contracts.values import AreaId, Basis, PlantId, new_id
from hedgerow_routing.handlers.grant_role import grant_role
from hedgerow_routing.store.access_tables import memberships
from hedgerow_routing.views.memberships import access_by_subjects
from routing.makers import NINGBO, SUZHOU, as_caller, count, found_plant
from routing.people import (
    BASIS,
    evident,
    found_area_of,
    found_grant,
    gateway,
    grant,
    refused,
    versions,
)
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


async def access_of(tx, subject: str):
    service = await as_caller(tx, gateway(tx))
    [view] = await access_by_subjects(AccessBySubjects(subjects=(subject,)), service)
    await as_caller(tx, tx.caller)
    return view


async def test_a_role_at_a_plant_is_kept_announced_and_evident(tx, plant):
    command = grant("li.wei", Role.WAREHOUSE_LEAD, plant)

    view = await grant_role(command, tx)

    assert view == MembershipView(
        membership_id=command.membership_id,
        subject="li.wei",
        role="warehouse_lead",
        scope=Scope.PLANT,
        plant_id=plant.plant_id,
        area_id=None,
        basis=BASIS,
        granted_by="administrator",
        granted_at=NOON,
        revocation=None,
        revoked_by="",
        revoked_at=None,
    )
    [emitted] = tx.emitted
    assert emitted.event == AccessChanged(subject="li.wei", version=1, membership=view)
    assert emitted.aggregate == f"access:{tx.tenant_id}:li.wei"
    assert (emitted.version, emitted.plant_id) == (1, None)
    [change] = tx.recorded
    assert (change.aggregate, change.action) == (emitted.aggregate, "granted")
    assert (change.basis, change.plant_id) == (BASIS, None)
    assert change.changes["role"] == (None, "warehouse_lead")
    assert change.changes["plant_id"] == (None, plant.plant_id)
    assert await versions(tx) == {"li.wei": 1}
    access = await access_of(tx, "li.wei")
    assert (access.version, access.tenant_roles) == (1, ())
    assert await evident(tx) == 1
    assert access.plant_roles == {plant.plant_id: ("warehouse_lead",)}


async def test_each_grant_raises_the_version_by_one(tx, plant):
    for role in (Role.PICKER, Role.QUALITY, Role.FINANCE):
        await grant_role(grant("li.wei", role, plant), tx)
    await grant_role(grant("wang.fang", Role.PICKER, plant), tx)

    assert [(e.event.subject, e.version) for e in tx.emitted] == [
        ("li.wei", 1),
        ("li.wei", 2),
        ("li.wei", 3),
        ("wang.fang", 1),
    ]
    access = await access_of(tx, "li.wei")
    assert access.plant_roles == {plant.plant_id: ("finance", "picker", "quality")}


async def test_roles_of_the_tenant_and_of_plants_in_the_whole_tenant(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    await grant_role(grant("li.wei", Role.AUDITOR), tx)
    await grant_role(grant("li.wei", Role.SALES), tx)

    access = await access_of(tx, "li.wei")

    assert access.tenant_roles == ("auditor",)
    assert access.plant_roles == {plant.plant_id: ("sales",), suzhou.plant_id: ("sales",)}


async def test_someone_unknown_holds_nothing(tx, plant):
    access = await access_of(tx, "nobody")

    assert (access.version, access.tenant_roles, access.plant_roles) == (0, (), {})


async def test_the_same_active_role_is_given_once(tx, plant):
    area = await found_area_of(tx, "EAST", plant)
    for at in (plant, area, None):
        await found_grant(tx, "li.wei", Role.PICKER, at)

        outcome = await refused(grant_role(grant("li.wei", Role.PICKER, at), tx), tx, tx)

        assert outcome == ("ROLE_ALREADY_GRANTED", "role")


async def test_an_id_is_used_once(tx, plant):
    given = await found_grant(tx, "li.wei", Role.PICKER, plant)

    again = grant("wang.fang", Role.PICKER, plant, membership_id=given.membership_id)

    assert await refused(grant_role(again, tx), tx, tx) == ("ID_TAKEN", "membership_id")


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"role": "emperor"}, ("ROLE_UNKNOWN", "role")),
        ({"role": "auditor"}, ("SCOPE_INVALID", "scope")),
        ({"plant_id": None}, ("SCOPE_INVALID", "plant_id")),
        ({"area_id": AreaId(new_id())}, ("SCOPE_INVALID", "area_id")),
        ({"scope": Scope.TENANT}, ("SCOPE_INVALID", "plant_id")),
        ({"scope": Scope.AREA}, ("SCOPE_INVALID", "plant_id")),
        ({"subject": ""}, ("SUBJECT_INVALID", "subject")),
        ({"subject": "x" * 201}, ("SUBJECT_INVALID", "subject")),
        ({"subject": " li.wei"}, ("SUBJECT_INVALID", "subject")),
        ({"subject": "li\0wei"}, ("SUBJECT_INVALID", "subject")),
        ({"subject": "\ud83d"}, ("SUBJECT_INVALID", "subject")),
        ({"subject": "service:routing"}, ("SUBJECT_INVALID", "subject")),
        ({"basis": Basis("", "7")}, ("BASIS_REQUIRED", "basis.type")),
        ({"basis": Basis("LETTER", " ")}, ("BASIS_REQUIRED", "basis.ref")),
        ({"basis": Basis("LETTER", "7", "\0")}, ("TEXT_INVALID", "basis.note")),
    ],
)
async def test_what_is_wrong_is_refused_by_field(tx, plant, changed, outcome):
    command = grant(at=plant, **changed)

    assert await refused(grant_role(command, tx), tx, tx) == outcome


async def test_plants_and_areas_that_are_not_there(tx, plant):
    nowhere = grant("li.wei", Role.PICKER, plant, plant_id=PlantId(new_id()))
    area = await found_area_of(tx, "EAST")
    no_area = grant("li.wei", Role.PICKER, area, area_id=AreaId(new_id()))

    assert await refused(grant_role(nowhere, tx), tx, tx) == ("PLANT_FORBIDDEN", "plant_id")
    assert await refused(grant_role(no_area, tx), tx, tx) == ("AREA_UNKNOWN", "area_id")


async def test_an_area_administrator_gives_what_they_hold_where_they_hold_it(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    east = await found_area_of(tx, "EAST", plant)
    both = await found_area_of(tx, "BOTH", suzhou)
    who = caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN}, subject="area")
    seen = await as_caller(tx, who)

    await grant_role(grant("li.wei", Role.AREA_ADMIN, plant), seen)
    await grant_role(grant("li.wei", Role.PLANT_MANAGER, east), seen)

    for command, outcome in (
        (grant("x", Role.PICKER, suzhou), ("PLANT_FORBIDDEN", "plant_id")),
        (grant("x", Role.PICKER, both), ("PLANT_FORBIDDEN", "area_id")),
        (grant("x", Role.PICKER), ("NOT_PERMITTED", "")),
        (grant("x", Role.TENANT_ADMIN), ("NOT_PERMITTED", "")),
    ):
        assert await refused(grant_role(command, seen), seen, tx) == outcome


async def test_an_area_of_which_they_hold_a_part_is_not_theirs_to_give(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    east = await found_area_of(tx, "EAST", plant, suzhou)
    who = caller(
        tx.tenant_id,
        plants={plant.plant_id: Role.AREA_ADMIN, suzhou.plant_id: Role.PLANT_MANAGER},
    )
    seen = await as_caller(tx, who)

    outcome = await refused(grant_role(grant("x", Role.PICKER, east), seen), seen, tx)

    assert outcome == ("NOT_PERMITTED", "")


async def test_an_area_without_plants_is_the_whole_tenants(tx, plant):
    empty = await found_area_of(tx, "EMPTY")
    who = caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
    seen = await as_caller(tx, who)

    outcome = await refused(grant_role(grant("x", Role.PICKER, empty), seen), seen, tx)

    assert outcome == ("NOT_PERMITTED", "")
    await as_caller(tx, tx.caller)
    assert (await grant_role(grant("x", Role.PICKER, empty), tx)).area_id == empty.area_id


@pytest.mark.parametrize("lacking", sorted(PERMISSIONS[Role.PLANT_MANAGER]))
async def test_nobody_gives_a_permission_that_they_lack(tx, plant, lacking: Permission):
    if lacking is Permission.PLANT_READ:
        return
    held = (PERMISSIONS[Role.AREA_ADMIN]) - {lacking}
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: held}))

    command = grant("x", Role.PLANT_MANAGER, plant)

    assert await refused(grant_role(command, seen), seen, tx) == ("ROLE_EXCEEDS_YOURS", "role")


async def test_tenant_wide_roles_take_tenant_wide_permissions(tx, plant):
    held = frozenset({Permission.PLANT_READ, Permission.ROLE_GRANT, Permission.ORDER_READ})
    who = caller(tx.tenant_id, tenant=held, plants={plant.plant_id: Role.TENANT_ADMIN})
    seen = await as_caller(tx, who)

    for role in (Role.PICKER, Role.AUDITOR):
        outcome = await refused(grant_role(grant("x", role), seen), seen, tx)
        assert outcome == ("ROLE_EXCEEDS_YOURS", "role")
    assert (await grant_role(grant("x", Role.CUSTOMER), seen)).role == "customer"


async def test_two_grants_at_once_lose_no_version(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await tx.conn.commit()

    async def give(role: Role):
        async with transaction(routing_db, admin) as tx:
            await grant_role(grant("li.wei", role, plant), tx)
            await asyncio.sleep(0.1)
            await tx.conn.commit()
            return tx.emitted[0].version

    raised = await asyncio.gather(*(give(r) for r in (Role.PICKER, Role.SALES, Role.SUPPORT)))

    assert sorted(raised) == [1, 2, 3]
    async with transaction(routing_db, admin) as tx:
        assert await versions(tx) == {"li.wei": 3}
        assert await count(tx, memberships) == 3

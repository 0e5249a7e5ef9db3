import asyncio
from datetime import timedelta

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.access import AccessChanged, RevokeRole
from hedgerow.contracts.values import Basis, MembershipId, new_id
from hedgerow_routing.domain.membership import MembershipEnded
from hedgerow_routing.handlers.grant_role import grant_role
from hedgerow_routing.handlers.revoke_role import revoke_role
from routing.makers import NINGBO, SUZHOU, as_caller, found_plant
from routing.people import evident, found_area_of, found_grant, grant, refused, versions
from routing.test_grant_role import access_of
from worlds import NOON, administrator, caller, transaction

WHY = Basis("LETTER", "HR-2026-8")
HOUR = timedelta(hours=1)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(tx):
    return await found_plant(tx, "NINGBO", NINGBO)


def revoke(membership, basis: Basis = WHY) -> RevokeRole:
    return RevokeRole(membership_id=membership.membership_id, basis=basis)


async def test_a_role_is_taken_back_and_kept_as_ended(tx, plant):
    given = await found_grant(tx, "li.wei", Role.PICKER, plant)
    kept = await found_grant(tx, "li.wei", Role.QUALITY, plant)
    tx.now = NOON + HOUR

    ended = await revoke_role(revoke(given), tx)

    assert (ended.revocation, ended.revoked_by, ended.revoked_at) == (
        WHY,
        "administrator",
        NOON + HOUR,
    )
    assert (ended.membership_id, ended.basis) == (given.membership_id, given.basis)
    [emitted] = tx.emitted
    assert emitted.event == AccessChanged(subject="li.wei", version=3, membership=ended)
    [change] = tx.recorded
    assert (change.aggregate, change.action) == (f"access:{tx.tenant_id}:li.wei", "revoked")
    assert (change.basis, change.plant_id) == (WHY, None)
    assert change.changes["role"] == ("picker", None)
    access = await access_of(tx, "li.wei")
    assert (access.version, access.plant_roles) == (3, {plant.plant_id: (kept.role,)})
    assert await evident(tx) == 1


async def test_what_was_taken_back_can_be_given_again(tx, plant):
    given = await found_grant(tx, "li.wei", Role.PICKER, plant)
    await revoke_role(revoke(given), tx)

    again = await grant_role(grant("li.wei", Role.PICKER, plant), tx)

    assert again.membership_id != given.membership_id
    assert await versions(tx) == {"li.wei": 3}


async def test_it_is_taken_back_once_and_on_a_basis(tx, plant):
    given = await found_grant(tx, "li.wei", Role.PICKER, plant)

    without = revoke_role(revoke(given, Basis("LETTER", "")), tx)
    assert await refused(without, tx, tx) == ("BASIS_REQUIRED", "basis.ref")
    await revoke_role(revoke(given), tx)
    assert await refused(revoke_role(revoke(given), tx), tx, tx) == ("MEMBERSHIP_ENDED", "")


async def test_what_is_not_there_or_out_of_sight_answers_alike(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    hidden = await found_grant(tx, "li.wei", Role.PICKER, suzhou)
    area = await found_area_of(tx, "EAST", suzhou)
    in_area = await found_grant(tx, "li.wei", Role.PICKER, area)
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN}))

    nothing = RevokeRole(membership_id=MembershipId(new_id()), basis=WHY)
    for command in (revoke(hidden), revoke(in_area), nothing):
        outcome = await refused(revoke_role(command, seen), seen, tx)
        assert outcome == ("PLANT_FORBIDDEN", "membership_id")


async def test_who_could_give_it_takes_it_back(tx, plant):
    manager = await found_grant(tx, "li.wei", Role.PLANT_MANAGER, plant)
    everywhere = await found_grant(tx, "li.wei", Role.PICKER)
    admin = await found_grant(tx, "li.wei", Role.TENANT_ADMIN)
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    area = await found_area_of(tx, "EAST", plant, suzhou)
    in_area = await found_grant(tx, "li.wei", Role.PICKER, area)
    at_plant = {plant.plant_id: Role.AREA_ADMIN}
    seen = await as_caller(tx, caller(tx.tenant_id, plants=at_plant))

    for membership, outcome in (
        (everywhere, ("NOT_PERMITTED", "")),
        (admin, ("NOT_PERMITTED", "")),
        (in_area, ("PLANT_FORBIDDEN", "membership_id")),
    ):
        assert await refused(revoke_role(revoke(membership), seen), seen, tx) == outcome
    await as_caller(tx, seen.caller)
    assert (await revoke_role(revoke(manager), seen)).revoked_at == NOON


async def test_a_role_that_is_more_than_ones_own_stays(tx, plant):
    given = await found_grant(tx, "li.wei", Role.PLANT_MANAGER, plant)
    held = frozenset({"plant:read", "role:grant"})
    seen = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: held}))

    outcome = await refused(revoke_role(revoke(given), seen), seen, tx)

    assert outcome == ("ROLE_EXCEEDS_YOURS", "membership_id")


async def test_of_two_who_take_it_back_at_once_one_is_told(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        given = await found_grant(tx, "li.wei", Role.PICKER, plant)
        await tx.conn.commit()

    async def take():
        async with transaction(routing_db, admin) as tx:
            await revoke_role(revoke(given), tx)
            await asyncio.sleep(0.1)
            await tx.conn.commit()

    outcomes = await asyncio.gather(take(), take(), return_exceptions=True)

    assert [type(each) for each in outcomes if each is not None] == [MembershipEnded]
    async with transaction(routing_db, admin) as tx:
        assert await versions(tx) == {"li.wei": 2}

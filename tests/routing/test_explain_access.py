from datetime import timedelta

import pytest
from hedgerow.auth import PERMISSIONS, Permission, Role
from hedgerow.contracts.access import ClaimedRole, ExplainAccess, ObserveClaims, RevokeRole
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.observe_claims import observe_claims
from hedgerow_routing.handlers.revoke_role import revoke_role
from hedgerow_routing.views.explanations import explain_access
from routing.makers import NINGBO, SUZHOU, as_caller, found_plant
from routing.people import BASIS, found_area_of, found_grant, gateway
from worlds import NOON, administrator, caller, transaction


class Company:
    def __init__(self, tx, ningbo, suzhou, east):
        self.tx, self.ningbo, self.suzhou, self.east = tx, ningbo, suzhou, east

    async def explain(self, plant, *, who=None, subject="li.wei"):
        seen = await as_caller(self.tx, who or self.tx.caller)
        plant_id = getattr(plant, "plant_id", plant)
        return await explain_access(ExplainAccess(subject=subject, plant_id=plant_id), seen)

    def at(self, plant, role=Role.AREA_ADMIN, subject="area"):
        return caller(self.tx.tenant_id, plants={plant.plant_id: role}, subject=subject)


@pytest.fixture
async def company(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        yield Company(tx, ningbo, suzhou, await found_area_of(tx, "EAST", ningbo))


async def test_the_chain_of_grants_and_what_is_missing(company):
    tx = company.tx
    at_plant = await found_grant(tx, "li.wei", Role.PICKER, company.ningbo)
    in_area = await found_grant(tx, "li.wei", Role.QUALITY, company.east)
    everywhere = await found_grant(tx, "li.wei", Role.SUPPORT)
    await found_grant(tx, "li.wei", Role.FINANCE, company.suzhou)
    await found_grant(tx, "wang.fang", Role.FINANCE, company.ningbo)

    told = await company.explain(company.ningbo)

    assert (told.subject, told.plant_id, told.version) == ("li.wei", company.ningbo.plant_id, 4)
    assert [link.membership for link in told.links] == [at_plant, in_area, everywhere]
    assert [link.role for link in told.links] == ["picker", "quality", "support"]
    assert told.links[0].permissions == ("order:read", "plant:read", "stock:read")
    held = PERMISSIONS[Role.PICKER] | PERMISSIONS[Role.QUALITY] | PERMISSIONS[Role.SUPPORT]
    assert told.held == tuple(sorted(held))
    assert told.missing == tuple(sorted(set(Permission) - held))
    assert told.ended == ()


async def test_ended_memberships_are_told_newest_first_and_ten_of_them(company):
    tx = company.tx
    ended = []
    for number in range(12):
        given = await found_grant(tx, "li.wei", Role.PICKER, company.ningbo)
        tx.now = NOON + timedelta(minutes=number)
        ended.append(
            await revoke_role(RevokeRole(membership_id=given.membership_id, basis=BASIS), tx)
        )

    told = await company.explain(company.ningbo)

    assert told.ended == tuple(reversed(ended[2:]))
    assert (told.links, told.held) == ((), ())
    assert told.missing == tuple(sorted(Permission))


async def test_over_what_has_no_plant_only_roles_of_the_tenant_count(company):
    tx = company.tx
    await found_grant(tx, "li.wei", Role.SALES)
    await found_grant(tx, "li.wei", Role.PICKER, company.east)
    auditor = await found_grant(tx, "li.wei", Role.AUDITOR)

    told = await company.explain(None)

    assert [link.membership for link in told.links] == [auditor]


async def test_roles_that_a_token_brought_are_told_where_they_reach(company):
    service = await as_caller(company.tx, gateway(company.tx))
    service.now = NOON + timedelta(minutes=5)
    here, there = company.ningbo.plant_id, company.suzhou.plant_id
    roles = (
        ClaimedRole("picker", here),
        ClaimedRole("sales", there),
        ClaimedRole("dispatcher", None),
    )
    await observe_claims(ObserveClaims(subject="li.wei", roles=roles), service)

    told = await company.explain(company.ningbo)

    assert [(link.role, link.membership, link.claimed_at) for link in told.links] == [
        ("dispatcher", None, NOON + timedelta(minutes=5)),
        ("picker", None, NOON + timedelta(minutes=5)),
    ]
    assert [link.role for link in (await company.explain(None)).links] == ["dispatcher"]


async def test_an_area_administrator_is_told_about_their_plant_only(company):
    tx = company.tx
    at_plant = await found_grant(tx, "li.wei", Role.PICKER, company.ningbo)
    in_area = await found_grant(tx, "li.wei", Role.QUALITY, company.east)
    everywhere = await found_grant(tx, "li.wei", Role.SUPPORT)
    await found_grant(tx, "li.wei", Role.FINANCE, company.suzhou)
    area_admin = company.at(company.ningbo)

    told = await company.explain(company.ningbo, who=area_admin)

    assert [link.membership for link in told.links] == [at_plant, in_area, everywhere]
    for plant in (company.suzhou, PlantId(new_id())):
        with pytest.raises(Refused) as refusal:
            await company.explain(plant, who=area_admin)
        assert (refusal.value.code, refusal.value.field) == ("PLANT_FORBIDDEN", "plant_id")
    with pytest.raises(Refused) as refusal:
        await company.explain(None, who=area_admin)
    assert refusal.value.code == "NOT_PERMITTED"


async def test_without_the_right_people_are_told_about_themselves_only(company):
    tx = company.tx
    picker = await found_grant(tx, "li.wei", Role.PICKER, company.ningbo)
    await found_grant(tx, "wang.fang", Role.PICKER, company.ningbo)
    own = company.at(company.ningbo, Role.PICKER, "li.wei")

    told = await company.explain(company.ningbo, who=own)

    assert [link.membership for link in told.links] == [picker]
    with pytest.raises(Refused) as refusal:
        await company.explain(company.ningbo, who=own, subject="wang.fang")
    assert refusal.value.code == "NOT_PERMITTED"


async def test_who_sees_no_plant_is_told_what_they_lack_and_not_what_there_is(company):
    tx = company.tx
    customer = await found_grant(tx, "li.wei", Role.CUSTOMER, company.ningbo)
    await found_grant(tx, "wang.fang", Role.PICKER, company.ningbo)
    own = caller(tx.tenant_id, subject="li.wei")

    told = await company.explain(company.ningbo, who=own)

    assert [link.membership for link in told.links] == [customer]
    assert (told.held, told.missing) == ((), tuple(sorted(Permission)))
    for plant in (company.suzhou, PlantId(new_id())):
        hidden = await company.explain(plant, who=own)
        assert (hidden.links, hidden.ended, hidden.held) == ((), (), ())


async def test_a_plant_that_is_not_there_is_refused_to_the_administrator(company):
    with pytest.raises(Refused) as refusal:
        await company.explain(PlantId(new_id()))

    assert (refusal.value.code, refusal.value.field) == ("PLANT_FORBIDDEN", "plant_id")


async def test_of_another_tenant_nothing_is_told(routing_db, company):
    await found_grant(company.tx, "li.wei", Role.AUDITOR)
    foreign = administrator()

    told = await company.explain(None, who=foreign)

    assert (told.version, told.links, told.ended) == (0, (), ())

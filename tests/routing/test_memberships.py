"""Lists of memberships, what the gateway asks, and what row security leaves to see."""

from datetime import timedelta

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.access import AccessBySubjects, ListMemberships, MembershipWhere, RevokeRole
from hedgerow.contracts.values import Page
from hedgerow.errors import Refused
from hedgerow_routing.handlers.grant_role import grant_role
from hedgerow_routing.handlers.revoke_role import revoke_role
from hedgerow_routing.store.access_tables import memberships
from hedgerow_routing.views.memberships import access_by_subjects, list_memberships
from routing.makers import NINGBO, SUZHOU, Statements, as_caller, found_plant
from routing.people import BASIS, found_area_of, found_grant, gateway, grant
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from worlds import NOON, administrator, caller, transaction

TEN = Page(first=10)


class Company:
    """Every scope at both plants; the memberships in the order in which they were given."""

    async def found(self, tx):
        self.tx = tx
        self.ningbo = await found_plant(tx, "NINGBO", NINGBO)
        self.suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        self.east = await found_area_of(tx, "EAST", self.ningbo)
        self.west = await found_area_of(tx, "WEST", self.suzhou)
        self.given = []
        for number, (subject, role, at) in enumerate(
            (
                ("li.wei", Role.PICKER, self.ningbo),
                ("li.wei", Role.PICKER, self.suzhou),
                ("li.wei", Role.QUALITY, self.east),
                ("wang.fang", Role.QUALITY, self.west),
                ("wang.fang", Role.SALES, None),
                ("zhao.min", Role.AUDITOR, None),
            )
        ):
            tx.now = NOON + timedelta(minutes=number)
            self.given.append(await found_grant(tx, subject, role, at))
        return self

    async def listed(self, who=None, page: Page = TEN, **where):
        seen = await as_caller(self.tx, who or self.tx.caller)
        query = ListMemberships(where=MembershipWhere(**where), page=page)
        found = await list_memberships(query, seen)
        return [self.given.index(each) for each in found.memberships], found

    def at_ningbo(self, role: Role):
        return caller(self.tx.tenant_id, plants={self.ningbo.plant_id: role})


@pytest.fixture
async def company(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield await Company().found(tx)


async def test_those_of_the_whole_tenant_list_all_newest_first(company):
    assert (await company.listed())[0] == [5, 4, 3, 2, 1, 0]
    auditor = caller(company.tx.tenant_id, tenant=Role.AUDITOR)
    assert (await company.listed(auditor))[0] == [5, 4, 3, 2, 1, 0]


async def test_a_list_in_pages_with_its_total(company):
    first, page = await company.listed(page=Page(first=4, total=True))
    rest, last = await company.listed(page=Page(first=4, after=page.cursors[-1]))
    back, _ = await company.listed(page=Page(last=2))

    assert (first, page.has_next, page.total) == ([5, 4, 3, 2], True, 6)
    assert (rest, last.has_next, last.total) == ([1, 0], False, None)
    assert back == [1, 0]


async def test_a_list_by_what_is_asked(company):
    ended = company.given[0]
    seen = company.tx
    await as_caller(seen, seen.caller)
    company.given[0] = await revoke_role(
        RevokeRole(membership_id=ended.membership_id, basis=BASIS), seen
    )

    assert (await company.listed(subject="li.wei"))[0] == [2, 1, 0]
    assert (await company.listed(subject="li.wei", active=True))[0] == [2, 1]
    assert (await company.listed(active=False))[0] == [0]
    assert (await company.listed(role="quality"))[0] == [3, 2]
    assert (await company.listed(plant_id=company.suzhou.plant_id))[0] == [1]


@pytest.mark.parametrize(
    ("where", "code", "field"),
    [
        ({"subject": "\0"}, "SUBJECT_INVALID", "where.subject"),
        ({"role": "emperor"}, "ROLE_UNKNOWN", "where.role"),
    ],
)
async def test_what_cannot_be_asked_is_refused(company, where, code: str, field: str):
    with pytest.raises(Refused) as refusal:
        await company.listed(**where)

    assert (refusal.value.code, refusal.value.field) == (code, field)


async def test_an_area_administrator_lists_their_plants(company):
    who = company.at_ningbo(Role.AREA_ADMIN)

    assert (await company.listed(who))[0] == [0]
    assert (await company.listed(who, page=Page(first=1, total=True)))[1].total == 1
    assert (await company.listed(who, plant_id=company.suzhou.plant_id))[0] == []
    with pytest.raises(Refused) as refusal:
        await company.listed(company.at_ningbo(Role.PLANT_MANAGER))
    assert refusal.value.code == "NOT_PERMITTED"


async def test_row_security_leaves_what_reaches_ones_plants(company):
    async def rows(who):
        seen = await as_caller(company.tx, who)
        found = await seen.conn.scalars(
            select(memberships.c.membership_id).order_by(memberships.c.granted_at)
        )
        ids = [each.membership_id for each in company.given]
        return [ids.index(each) for each in found]

    assert await rows(company.at_ningbo(Role.PICKER)) == [0, 2, 4, 5]
    assert await rows(caller(company.tx.tenant_id)) == []
    assert await rows(administrator()) == []


async def test_row_security_lets_nobody_write_beyond_their_plants(company):
    """Whatever a handler forgot to ask."""
    seen = await as_caller(company.tx, company.at_ningbo(Role.AREA_ADMIN))
    row = {
        "tenant_id": seen.tenant_id,
        "membership_id": company.given[0].membership_id,
        "subject": "x",
        "role": "auditor",
        "basis": {},
        "granted_by": "x",
        "granted_at": NOON,
    }
    for place in (
        {"scope": "TENANT"},
        {"scope": "PLANT", "plant_id": company.suzhou.plant_id},
        {"scope": "AREA", "area_id": company.west.area_id},
    ):
        async with seen.conn.begin_nested() as savepoint:
            with pytest.raises(DBAPIError, match="row-level security"):
                await seen.conn.execute(insert(memberships).values(**row | place))
            await savepoint.rollback()
    ended = await seen.conn.execute(
        text("update memberships set revoked_by = 'x', revoked_at = now(), revocation = '{}'")
    )
    assert ended.rowcount == 2


async def test_what_the_gateway_asks_is_answered_in_its_order_by_three_statements(company):
    seen = await as_caller(company.tx, gateway(company.tx))
    ningbo, suzhou = company.ningbo.plant_id, company.suzhou.plant_id
    subjects = ("zhao.min", "nobody", "wang.fang", "li.wei")

    with Statements(seen) as statements:
        answers = await access_by_subjects(AccessBySubjects(subjects=subjects), seen)

    assert [(a.subject, a.version, a.tenant_roles, a.plant_roles) for a in answers] == [
        ("zhao.min", 1, ("auditor",), {}),
        ("nobody", 0, (), {}),
        ("wang.fang", 2, (), {ningbo: ("sales",), suzhou: ("quality", "sales")}),
        ("li.wei", 3, (), {ningbo: ("picker", "quality"), suzhou: ("picker",)}),
    ]
    assert len(statements.sent) == 3


async def test_no_person_asks_for_the_rights_of_others_this_way(company):
    with pytest.raises(Refused) as refusal:
        await access_by_subjects(AccessBySubjects(subjects=("li.wei",)), company.tx)

    assert refusal.value.code == "SERVICES_ONLY"


async def test_memberships_are_never_edited_nor_deleted(company):
    seen = await as_caller(company.tx, company.tx.caller)
    await grant_role(grant("x", Role.PICKER, company.ningbo), seen)
    for statement in (
        "update memberships set role = 'tenant_admin'",
        "delete from memberships",
        "delete from access_cases",
        "update access_cases set subject = 'x'",
        "update presence_attestations set verdict = 'INSIDE'",
        "delete from presence_attestations",
    ):
        async with seen.conn.begin_nested() as savepoint:
            with pytest.raises(DBAPIError, match="permission denied"):
                await seen.conn.execute(text(statement))
            await savepoint.rollback()

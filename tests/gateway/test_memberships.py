"""Roles that users were given: how fresh they are, and what happens when they change."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from gateway_makers import OTHER_PLANT_ID, PLANT_ID
from gateway_tokens import RSA, TENANT, Provider, jwk, login_with, token
from hedgerow.auth import PERMISSIONS, Permission, Role, StaleAccess
from hedgerow.contracts.access import AccessBySubjects, AccessChanged, AccessView
from hedgerow.contracts.orders import CancelOrder, OrderByNumber
from hedgerow.errors import Refused, Unavailable
from hedgerow_gateway import memberships
from hedgerow_gateway.login import Login
from hedgerow_gateway.schema.ids import global_id

QUERY = '{ order(number: "HY1") { number } }'
CANCEL = """mutation($id: ID!) { orderCancel(input: {orderId: $id, basis: {type: "T", ref: "1"}}) {
  order { number } userErrors { code message } } }"""


def view(version: int, *tenant: str, **at: str) -> AccessView:
    """at  plant=role"""
    plants = {"plant": PLANT_ID, "other": OTHER_PLANT_ID}
    return AccessView(
        subject="wang",
        version=version,
        tenant_roles=tenant,
        plant_roles={plants[name]: (role,) for name, role in at.items()},
    )


@pytest.fixture
async def login(gateway) -> Login:
    made = login_with(Provider(jwk(RSA, "RS256", "r")), gateway.parts.bus)
    await made._rights.start()
    yield made
    await made._rights.stop()


def given(services, access: AccessView | Exception) -> None:
    def answer(*_):
        if isinstance(access, Exception):
            raise access
        return (access,)

    services.answer(AccessBySubjects, answer)


async def test_memberships_and_claims_are_held_together(login, services):
    given(services, view(3, "auditor", plant="sales", other="dispatcher"))

    caller = (await login.session(token(groups=["dispatcher"]))).caller

    assert caller.tenant_grants == PERMISSIONS[Role.DISPATCHER] | PERMISSIONS[Role.AUDITOR]
    assert caller.plant_grants == {
        PLANT_ID: PERMISSIONS[Role.SALES],
        OTHER_PLANT_ID: frozenset(),  # a role of the whole tenant is none at a plant
    }
    assert caller.permission_version == 3
    (asked,) = [each for each in services.asked if type(each.message) is AccessBySubjects]
    assert asked.message.subjects == ("wang",)
    assert (asked.caller.subject, asked.caller.tenant_id) == ("service:gateway", UUID(TENANT))


async def test_a_role_that_this_gateway_does_not_know_gives_nothing(login, services):
    given(services, view(1, "emperor", plant="tenant_admin"))

    caller = (await login.session(token(groups=[]))).caller

    assert (caller.tenant_grants, caller.plant_grants) == (frozenset(), {PLANT_ID: frozenset()})


async def test_the_caller_is_the_same_object_until_the_version_rises(login, services, monkeypatch):
    monkeypatch.setattr(memberships, "FRESH_S", 0.0)
    given(services, view(1, plant="sales"))
    first = (await login.session(token(groups=[]))).caller
    again = (await login.session(token(groups=[]))).caller
    given(services, view(2, plant="sales"))
    later = (await login.session(token(groups=[]))).caller

    assert len(services.messages(AccessBySubjects)) == 3
    assert first is again
    assert (later.permission_version, later.plant_grants) == (2, first.plant_grants)


async def test_what_is_a_second_old_is_read_again(login, services, monkeypatch):
    monkeypatch.setattr(memberships, "FRESH_S", 0.2)
    given(services, view(1))
    for _ in range(5):
        await login.session(token())
    assert len(services.messages(AccessBySubjects)) == 1

    await asyncio.sleep(0.25)
    await login.session(token())
    assert len(services.messages(AccessBySubjects)) == 2


async def test_an_event_drops_what_is_known_of_this_user_at_once(login, services):
    given(services, view(1, plant="sales"))
    await login.session(token(groups=[]))
    given(services, view(2))
    event = AccessChanged(subject="li", version=9, membership=None)
    await services.happen(event, tenant=TENANT)
    await asyncio.sleep(0.1)
    assert (await login.session(token(groups=[]))).caller.permission_version == 1

    await services.happen(AccessChanged(subject="wang", version=2, membership=None), tenant=TENANT)
    await asyncio.sleep(0.1)

    assert (await login.session(token(groups=[]))).caller.permission_version == 2
    assert len(services.messages(AccessBySubjects)) == 2


async def test_requests_at_the_same_moment_share_one_reading(login, services):
    given(services, view(1))

    await asyncio.gather(*(login.session(token()) for _ in range(20)))

    assert len(services.messages(AccessBySubjects)) == 1


async def test_without_routing_what_is_known_still_serves_queries_for_a_while(
    login, services, monkeypatch
):
    monkeypatch.setattr(memberships, "FRESH_S", 0.0)
    monkeypatch.setattr(memberships, "LOOK_S", 0.3)
    given(services, view(1, plant="sales"))
    session = await login.session(token(groups=[]))
    given(services, Unavailable("Down.", "停机"))

    assert (await login.session(token(groups=[]))).caller is session.caller
    with pytest.raises(Refused):
        await session.renewed(since=memberships.time.monotonic())

    monkeypatch.setattr(memberships, "STALE_S", 0.0)
    with pytest.raises(Refused):
        await login.session(token(groups=[]))


async def test_before_a_mutation_rights_are_read_anew_and_not_before_a_query(gateway, services):
    services.answer(OrderByNumber, None)
    services.answer(CancelOrder, lambda *_: 1 / 0)
    given(services, view(1, "tenant_admin"))
    async with gateway.user() as user:
        for _ in range(3):
            await user.post(QUERY)
        assert len(services.messages(AccessBySubjects)) == 1
        for _ in range(3):
            await user.post(CANCEL, id=global_id("Order", PLANT_ID))

    assert len(services.messages(AccessBySubjects)) == 4


async def test_the_first_request_of_a_user_reads_once_even_if_it_is_a_mutation(gateway, services):
    given(services, view(1, "tenant_admin"))
    async with gateway.user() as user:
        await user.post(CANCEL, id=global_id("Order", PLANT_ID))

    assert len(services.messages(AccessBySubjects)) == 1


async def test_a_revocation_holds_for_the_next_mutation(gateway, services):
    services.answer(CancelOrder, lambda _, caller: caller.grant(PLANT_ID, Permission.ORDER_CANCEL))
    async with gateway.user() as user:
        given(services, view(1, plant="plant_manager"))
        await user.post(QUERY)
        given(services, view(2))
        await user.post(CANCEL, id=global_id("Order", PLANT_ID))

    (sent,) = [each for each in services.asked if type(each.message) is CancelOrder]
    assert (sent.caller.permission_version, sent.caller.plant_grants) == (2, {})


async def test_without_routing_no_mutation_is_sent(gateway, services, monkeypatch):
    monkeypatch.setattr(memberships, "LOOK_S", 0.3)
    async with gateway.user() as user:
        given(services, view(1, "tenant_admin"))
        services.answer(OrderByNumber, None)
        await user.post(QUERY)
        given(services, Unavailable("Down.", "停机"))
        said = await user.post(CANCEL, id=global_id("Order", PLANT_ID))

    assert said.status_code == 503
    (error,) = said.json()["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert services.messages(CancelOrder) == []


async def test_a_service_that_knows_newer_rights_is_asked_once_more_with_them(gateway, services):
    def answer(_, caller):
        if caller.permission_version < 2:
            raise StaleAccess

    services.answer(OrderByNumber, answer)
    async with gateway.user() as user:
        given(services, view(1, "auditor"))
        await user.post("{ viewer { subject } }")
        given(services, view(2, "auditor"))
        errors = await user.errors(QUERY)

    assert errors[0]["extensions"]["code"] == "PLANT_FORBIDDEN"  # there is no such order
    asked = [
        e.caller.permission_version for e in services.asked if type(e.message) is OrderByNumber
    ]
    assert asked[:2] == [1, 2]


async def test_after_that_the_refusal_is_shown(gateway, services):
    def answer(*_):
        raise StaleAccess

    services.answer(OrderByNumber, answer)
    async with gateway.user("auditor") as user:
        (error,) = await user.errors(QUERY)

    assert error["message"] == "Your rights have just changed; try again."
    assert error["extensions"]["reason"] == "ACCESS_CHANGED"
    assert len(services.messages(OrderByNumber)) == 2

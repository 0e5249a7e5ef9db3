"""What the groups of a token allow, and where."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from gateway_tokens import RSA, TENANT, Provider, jwk, login_with, token
from hedgerow.auth import PERMISSIONS, Permission, Role
from hedgerow.contracts.access import AccessBySubjects
from hedgerow.contracts.routing import ListPlants, PlantView
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, PlantId, new_id
from hedgerow_gateway import directory
from hedgerow_gateway.login import Login
from worlds import NOON


@pytest.fixture
def provider() -> Provider:
    return Provider(jwk(RSA, "RS256", "r"))


@pytest.fixture
def login(provider, gateway) -> Login:
    return login_with(provider, gateway.parts.bus)


def plant(code: str) -> PlantView:
    return PlantView(
        plant_id=PlantId(new_id()),
        code=code,
        name=code,
        point=GeoPoint(121.5, 29.9, Datum.WGS84),
        wgs84=LonLat(121.5, 29.9),
        created_at=NOON,
    )


async def test_roles_are_given_where_they_are_named(login, services):
    ningbo, suzhou = plant("NB"), plant("SZ")
    services.answer(ListPlants, (ningbo, suzhou))

    session = await login.session(token(groups=["sales@NB", "planner@NB", "quality@SZ"]))

    assert session.caller.tenant_grants == frozenset()
    assert session.caller.plant_grants == {
        ningbo.plant_id: PERMISSIONS[Role.SALES] | PERMISSIONS[Role.PLANNER],
        suzhou.plant_id: PERMISSIONS[Role.QUALITY],
    }
    kinds = [type(each.message) for each in services.asked]
    assert kinds[:2] == [ListPlants, AccessBySubjects]
    assert {each.caller.subject for each in services.asked} == {"service:gateway"}
    assert {each.caller.tenant_id for each in services.asked} == {UUID(TENANT)}


@pytest.mark.parametrize(
    "group",
    ["", "boss", "sales", "sales@", "sales@XX", "@NB", "tenant_admin@NB", "auditor@", "SALES@NB",
     "sales@NB@NB", 7, None],
)  # fmt: skip
async def test_what_is_no_role_gives_nothing(login, services, group):
    services.answer(ListPlants, (plant("NB"),))

    session = await login.session(token(groups=[group]))

    assert session.caller.tenant_grants == frozenset()
    assert session.caller.plant_grants == {}


async def test_nobody_has_more_than_their_tenant_gives(login, services):
    services.answer(ListPlants, lambda _, caller: (plant("NB"),))

    session = await login.session(token(groups=["tenant_admin"], hedgerow_tenant=str(uuid4())))

    assert session.caller.holds(Permission.ORDER_READ, None)
    assert str(session.caller.tenant_id) != TENANT


async def test_plants_are_looked_up_once_for_many_tokens(login, services):
    services.answer(ListPlants, (plant("NB"),))

    for number in range(5):
        await login.session(token(groups=["sales@NB"], sub=f"user{number}"))

    assert len(services.messages(ListPlants)) == 1


async def test_a_new_plant_is_found_after_a_second_and_counts_from_then_on(
    login, services, monkeypatch
):
    services.answer(ListPlants, (plant("NB"),))
    sales = token(groups=["sales@NB", "sales@NEW"])
    assert len((await login.session(sales)).caller.plant_grants) == 1
    services.answer(ListPlants, (plant("NB"), plant("NEW")))
    assert len((await login.session(sales)).caller.plant_grants) == 1
    assert len(services.messages(ListPlants)) == 1

    monkeypatch.setattr(directory, "PAUSE_S", 0.0)

    assert len((await login.session(sales)).caller.plant_grants) == 2


async def test_the_same_token_has_the_same_caller_object(login, services):
    """So that the bus sends it once for many requests."""
    services.answer(ListPlants, (plant("NB"),))
    sales = token(groups=["sales@NB"])

    assert (await login.session(sales)).caller is (await login.session(sales)).caller

"""What the groups of a company's own identity provider stand for; tokens are really signed."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from gateway_makers import PLANT, PLANT_ID
from gateway_tokens import ED, ISSUER, P256, RSA, Provider, jwk, login_with, token
from hedgerow.auth import PERMISSIONS, Role
from hedgerow.contracts.access import ClaimedRole, ObserveClaims
from hedgerow.contracts.routing import ListPlants
from hedgerow.errors import Unavailable
from hedgerow.settings import BadSettings, load
from hedgerow_gateway import claims_watch
from hedgerow_gateway.claims import Claimed, GroupRoles, mapping_of
from hedgerow_gateway.issuers import issuers_of
from hedgerow_gateway.settings import GatewaySettings

MAPPED = mapping_of(
    {
        "CN=Leiter,OU=宁波": ["plant_manager@NB", "sales@NB"],
        "CN=Revision": ["auditor"],
        "CN=Anderswo": ["sales@XX"],
        "dispatcher": [],
    },
    "TEST",
)
SIGNED = pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(RSA, "RS256", "r"), (P256, "ES256", "e"), (ED, "EdDSA", "d")]
)


@pytest.fixture
def provider(services) -> Provider:
    services.answer(ListPlants, (PLANT,))
    return Provider(jwk(RSA, "RS256", "r"), jwk(P256, "ES256", "e"), jwk(ED, "EdDSA", "d"))


async def rights(provider, gateway, roles: GroupRoles, *groups: object, **signed):
    login = login_with(provider, gateway.parts.bus, roles)
    caller = (await login.session(token(**signed, groups=list(groups)))).caller
    return caller.tenant_grants, caller.plant_grants


@SIGNED
async def test_a_mapped_group_brings_its_roles(provider, gateway, key, algorithm, kid):
    roles = GroupRoles(MAPPED)
    signed = {"key": key, "algorithm": algorithm, "kid": kid}
    found = await rights(provider, gateway, roles, "CN=Leiter,OU=宁波", "CN=Revision", **signed)

    assert found == (
        PERMISSIONS[Role.AUDITOR],
        {PLANT_ID: PERMISSIONS[Role.PLANT_MANAGER] | PERMISSIONS[Role.SALES]},
    )


@pytest.mark.parametrize("group", ["CN=Andere", "cn=revision", "CN=Anderswo", "dispatcher", "", 7])
async def test_unmapped_and_unknown_groups_and_other_plants_bring_nothing(provider, gateway, group):
    """A group that is mapped to nothing counts for nothing, even if it is named like a role."""
    assert await rights(provider, gateway, GroupRoles(MAPPED), group) == (frozenset(), {})


async def test_a_group_named_like_a_role_counts_unless_that_is_switched_off(provider, gateway):
    for direct, expected in ((True, PERMISSIONS[Role.AUDITOR]), (False, frozenset())):
        found = await rights(provider, gateway, GroupRoles(MAPPED, direct), "auditor")
        assert found == (expected, {})


async def test_a_new_key_of_the_provider_counts_and_an_old_one_does_not(
    provider, gateway, monkeypatch
):
    monkeypatch.setattr("hedgerow_gateway.issuers.PAUSE_S", 0.0)
    monkeypatch.setattr("hedgerow_gateway.issuers.FRESH_S", 0.0)
    login = login_with(provider, gateway.parts.bus, GroupRoles(MAPPED))
    groups = ["CN=Revision"]
    await login.session(token(groups=groups))
    new = rsa.generate_private_key(65537, 2048)
    provider.keys = [jwk(new, "RS256", "r2")]

    caller = (await login.session(token(new, kid="r2", groups=groups, sub="li"))).caller
    assert caller.tenant_grants == PERMISSIONS[Role.AUDITOR]
    with pytest.raises(Exception, match="A valid token is needed"):
        await login.session(token(groups=groups, sub="zhao"))


def settings(**given: object) -> GatewaySettings:
    return GatewaySettings(bus=None, caller_key_file=None, **given)


async def test_an_issuer_has_its_own_mapping_or_that_of_all():
    own = {"issuer": "a", "jwks_url": "https://a/k", "group_roles": {"G": ["auditor"]},
           "direct_roles": False}  # fmt: skip
    usual = {"issuer": "b", "jwks_url": "https://b/k"}
    async with httpx.AsyncClient() as http:
        found = issuers_of(
            settings(oidc_issuers=json.dumps([own, usual]), oidc_group_roles='{"G": ["sales@NB"]}'),
            http,
        )

    assert found["a"].group_roles == GroupRoles({"G": (Claimed(Role.AUDITOR, ""),)}, direct=False)
    assert found["b"].group_roles == GroupRoles({"G": (Claimed(Role.SALES, "NB"),)}, direct=True)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('{"G": ["boss"]}', "group 'G': 'boss' is no role"),
        ('{"G": ["auditor@NB"]}', "group 'G': auditor holds for the whole tenant and takes no @"),
        ('{"G": ["sales"]}', "group 'G': sales holds at a plant: write sales@CODE"),
        ('{"G": ["sales@"]}', "group 'G': '' is no code of a plant"),
        ('{"G": ["sales@nb"]}', "group 'G': 'nb' is no code of a plant"),
        ('{"": ["sales@NB"]}', "a group has no name"),
        ('{"G": "sales@NB"}', "Expected `array`, got `str` - at `$[...]`"),
        ("[]", "Expected `object`, got `array`"),
        ("{", "Input data was truncated"),
    ],
)
async def test_a_bad_mapping_stops_the_start_and_names_the_entry(mapping, words):
    async with httpx.AsyncClient() as http:
        with pytest.raises(BadSettings) as wrong:
            issuers_of(settings(oidc_group_roles=mapping), http)

    assert str(wrong.value) == f"HEDGEROW_OIDC_GROUP_ROLES: {words}"


async def test_a_bad_mapping_of_an_issuer_names_the_issuer():
    given = {"issuer": ISSUER, "jwks_url": "https://a/k", "group_roles": {"G": ["boss"]}}
    async with httpx.AsyncClient() as http:
        with pytest.raises(BadSettings) as wrong:
            issuers_of(settings(oidc_issuers=json.dumps([given])), http)

    assert str(wrong.value) == f"HEDGEROW_OIDC_ISSUERS: {ISSUER}: group 'G': 'boss' is no role"


def test_the_mapping_is_a_setting(environment):
    found = load(GatewaySettings, environment | {"HEDGEROW_OIDC_DIRECT_ROLES": "false"})

    assert (found.oidc_group_roles, found.oidc_direct_roles) == ("", False)


async def seen(services) -> list[ObserveClaims]:
    await asyncio.sleep(0.15)
    return services.messages(ObserveClaims)


async def test_routing_is_told_what_tokens_bring_when_it_is_news(provider, gateway, services):
    login = login_with(provider, gateway.parts.bus)
    for groups in (["sales@NB", "sales@XX"], ["sales@NB"], ["auditor", "sales@NB"], []):
        for _ in range(2):
            await login.session(token(groups=groups))
            await asyncio.sleep(0.05)

    sales, auditor = ClaimedRole("sales", PLANT_ID), ClaimedRole("auditor", None)
    assert await seen(services) == [
        ObserveClaims(subject="wang", roles=(sales,)),
        ObserveClaims(subject="wang", roles=(auditor, sales)),
        ObserveClaims(subject="wang", roles=()),
    ]
    told = [each for each in services.asked if type(each.message) is ObserveClaims]
    assert {each.caller.subject for each in told} == {"service:gateway"}


async def test_when_that_fails_nobody_is_refused_and_it_is_told_later(
    provider, gateway, services, monkeypatch, caplog
):
    def refuse(*_):
        raise Unavailable("Down.", "停机")

    monkeypatch.setattr(claims_watch, "SEND_S", 0.05)
    services.answer(ObserveClaims, refuse)
    login = login_with(provider, gateway.parts.bus)
    assert (await login.session(token())).caller.subject == "wang"
    async with asyncio.timeout(10):
        while "claims were not observed" not in caplog.text:
            await asyncio.sleep(0.02)
    failed = len(await seen(services))

    services.answer(ObserveClaims, True)
    await login.session(token())
    assert len(await seen(services)) == failed

    monkeypatch.setattr(claims_watch, "PAUSE_S", 0.0)
    login._rights._watch._told.clear()
    await login.session(token())
    assert len(await seen(services)) == failed + 1

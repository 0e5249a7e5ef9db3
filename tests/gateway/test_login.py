"""Whose tokens are believed, and what their roles allow where."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from gateway_tokens import ED, P256, RSA, TENANT, WEAK_RSA, Provider, jwk, login_with, token
from hedgerow.auth import PERMISSIONS, Role
from hedgerow.errors import Unavailable
from hedgerow_gateway.login import Login, Unauthenticated


@pytest.fixture
def provider() -> Provider:
    return Provider(
        jwk(RSA, "RS256", "r"),
        jwk(P256, "ES256", "e"),
        jwk(ED, "EdDSA", "d"),
        jwk(WEAK_RSA, "RS256", "weak"),
        jwk(RSA, "RS256", "enc", use="enc"),
    )


@pytest.fixture
def login(provider, gateway) -> Login:
    return login_with(provider, gateway.parts.bus)


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(RSA, "RS256", "r"), (P256, "ES256", "e"), (ED, "EdDSA", "d")]
)
async def test_tokens_of_three_algorithms_are_believed(login, key, algorithm, kid):
    session = await login.session(token(key, algorithm, kid))

    assert session.caller.subject == "wang"
    assert session.caller.tenant_id == UUID(TENANT)
    assert session.caller.tenant_grants == PERMISSIONS[Role.DISPATCHER]
    assert session.caller.plant_grants == {}


PUBLIC_PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
NOW = int(time.time())


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x.y.z",
        "Basic d2FuZzp4",
        "Bearer " + "x" * 9000,
        "Bearer \ud800",
        token(kid="unknown"),
        token(kid="enc"),
        token(P256, "ES256", "r"),
        token(WEAK_RSA, "RS256", "weak"),
        token(rsa.generate_private_key(65537, 2048)),
        token("secret" * 10, "HS256", "r"),
        token(RSA, "RS512", "r"),
        token(exp=NOW - 120),
        token(exp=...),
        token(exp="soon"),
        token(nbf=NOW + 86_400),
        token(aud="another"),
        token(aud=...),
        token(iss="https://evil.example.com"),
        token(iss=...),
        token(sub=...),
        token(sub=""),
        token(sub="service:orders"),
        token(sub="a\nb"),
        token(hedgerow_tenant=...),
        token(hedgerow_tenant="acme"),
        token(groups="tenant_admin"),
        token(groups={"tenant_admin": True}),
    ],
    ids=range(31),
)
async def test_no_other_token_is_believed(login, given):
    with pytest.raises(Unauthenticated) as refused:
        await login.session(given)

    assert refused.value.en.startswith("A valid token is needed")


async def test_an_unsigned_token_is_not_believed(login):
    with pytest.raises(Unauthenticated):
        await login.session(token(None, "none", "r"))


async def test_a_public_key_is_no_shared_secret(login):
    """The confusion of RS256 with HS256: signed with what everybody knows."""
    header, _, rest = token().removeprefix("Bearer ").partition(".")
    body = rest.partition(".")[0]
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"r"}').rstrip(b"=")
    signed = header + b"." + body.encode()
    mark = hmac.new(PUBLIC_PEM, signed, hashlib.sha256).digest()
    forged = signed + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")

    with pytest.raises(Unauthenticated):
        await login.session("Bearer " + forged.decode())


async def test_a_little_late_is_in_time(login):
    session = await login.session(token(exp=int(time.time()) - 10))

    assert session.caller.subject == "wang"


async def test_keys_are_fetched_once_and_again_for_an_unknown_one_after_a_pause(
    login, provider, monkeypatch
):
    new = rsa.generate_private_key(65537, 2048)
    await login.session(token())
    await login.session(token(sub="li"))
    assert provider.asked == 1

    provider.keys.append(jwk(new, "RS256", "new"))
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await login.session(token(new, kid="new"))
    assert provider.asked == 1

    monkeypatch.setattr("hedgerow_gateway.issuers.PAUSE_S", 0.0)
    session = await login.session(token(new, kid="new"))
    assert (provider.asked, session.caller.subject) == (2, "wang")


async def test_known_keys_outlive_an_issuer_that_is_down(login, provider, monkeypatch):
    await login.session(token())
    provider.status = 500
    monkeypatch.setattr("hedgerow_gateway.issuers.FRESH_S", -1.0)
    monkeypatch.setattr("hedgerow_gateway.issuers.PAUSE_S", -1.0)

    session = await login.session(token(sub="li"))

    assert (provider.asked, session.caller.subject) == (2, "li")


async def test_an_issuer_that_was_never_there_is_unavailable_and_not_to_blame(gateway):
    provider = Provider()
    provider.status = 503
    login = login_with(provider, gateway.parts.bus)

    with pytest.raises(Unavailable):
        await login.session(token())

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.demo.company import tenant_id
from hedgerow_gateway.client.token import demo_token, find_key

NOW_S = 1_774_785_600


@pytest.fixture
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def key_file(key, tmp_path):
    path = tmp_path / ".local" / "keys" / "dev-issuer.pem"
    path.parent.mkdir(parents=True)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_a_token_says_who_it_is_for_and_for_how_long(key, key_file):
    token = demo_token("ningbo-sales", key_file=key_file, now_s=NOW_S)

    claims = jwt.decode(
        token,
        key.public_key(),
        algorithms=["EdDSA"],
        audience="hedgerow",
        issuer="hedgerow-dev",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["sub"] == "ningbo-sales"
    assert claims["hedgerow_tenant"] == str(tenant_id())
    assert claims["groups"] == ["sales@NGB"]
    assert (claims["iat"], claims["exp"]) == (NOW_S, NOW_S + 12 * 3600)


def test_an_unknown_name_is_answered_with_those_there_are(key_file):
    with pytest.raises(ClientError, match=r"no demo user 'bob'. There are: admin, auditor, "):
        demo_token("bob", key_file=key_file)


def test_the_key_is_found_from_a_folder_below(key_file, tmp_path, monkeypatch):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.delenv("HEDGEROW_DEV_ISSUER_KEY_FILE", raising=False)
    monkeypatch.chdir(below)

    assert find_key() == key_file


def test_the_environment_goes_before_what_is_found(key_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDGEROW_DEV_ISSUER_KEY_FILE", "/elsewhere.pem")

    assert find_key() == Path("/elsewhere.pem")


def test_without_a_key_the_cure_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("HEDGEROW_DEV_ISSUER_KEY_FILE", raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ClientError, match="start the suite with `make up`"):
        demo_token("admin")


@pytest.mark.parametrize("content", [None, b"", b"no key"])
def test_a_key_that_cannot_be_used_is_said_so(tmp_path, content):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ClientError, match="key of the development issuer cannot be"):
        demo_token("admin", key_file=path)


async def test_the_command_prints_nothing_but_the_token(hedgerow, key_file, monkeypatch):
    monkeypatch.setenv("HEDGEROW_DEV_ISSUER_KEY_FILE", str(key_file))

    ended = await hedgerow("demo-token", "admin")

    assert ended.code == 0
    assert jwt.decode(ended.out.strip(), options={"verify_signature": False})["sub"] == "admin"
    assert len(ended.out.splitlines()) == 1


async def test_the_users_are_listed_with_their_roles(hedgerow):
    ended = await hedgerow("users")

    assert ended.code == 0
    assert "ningbo-warehouse  warehouse_lead@NGB" in ended.out

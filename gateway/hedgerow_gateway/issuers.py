"""Who may say who somebody is: OpenID Connect issuers, and in development one of our own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from hedgerow.errors import Unavailable
from hedgerow.settings import BadSettings

from hedgerow_gateway.claims import NAMED_ONLY, GroupRoles, mapping_of, read_mapping
from hedgerow_gateway.settings import GatewaySettings

log = logging.getLogger("hedgerow.login")

DEVELOPMENT_ISSUER = "hedgerow-dev"
DEVELOPMENT_AUDIENCE = "hedgerow"
ALGORITHMS = ("RS256", "ES256", "EdDSA")
LEAST_RSA_BITS = 2048
FRESH_S = 600.0  # keys older than this are fetched again
PAUSE_S = 30.0  # between two fetches for an unknown key
FETCH_S = 3.0
MOST_BYTES = 256 * 1024


class IssuerDown(Unavailable):
    code = "ISSUER_UNAVAILABLE"

    def __init__(self, issuer: str, detail: str) -> None:
        super().__init__(
            "The login service cannot be reached; try again.",
            "登录服务暂不可用，请重试",
            detail=f"{issuer}: {detail}",
        )


class Keys(Protocol):
    """Where an issuer's public keys come from."""

    async def find(self, key_id: str | None, algorithm: str) -> Any | None: ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """name  the `iss` of its tokens; group_roles: what their groups stand for"""

    name: str
    audience: str
    tenant_claim: str
    groups_claim: str
    keys: Keys
    group_roles: GroupRoles = NAMED_ONLY


class OneKey:
    """An Ed25519 key from a PEM file, public or private."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @classmethod
    def from_file(cls, file: Path) -> OneKey:
        """Raises BadSettings."""
        pem = file.read_bytes()
        try:
            if b"PRIVATE KEY" in pem:
                private = load_pem_private_key(pem, password=None)
                if isinstance(private, Ed25519PrivateKey):
                    return cls(private.public_key())
            else:
                public = load_pem_public_key(pem)
                if isinstance(public, Ed25519PublicKey):
                    return cls(public)
        except (ValueError, TypeError) as wrong:
            raise BadSettings(f"{file} holds no usable key: {wrong}") from wrong
        raise BadSettings(f"{file} holds no Ed25519 key")

    async def find(self, key_id: str | None, algorithm: str) -> Any | None:
        return self._key if algorithm == "EdDSA" else None


class KeySet:
    """An issuer's JSON Web Key Set (RFC 7517), fetched when needed and kept."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http
        self._keys: Mapping[tuple[str | None, str], Any] = {}
        self._fetched_at = -PAUSE_S - FRESH_S
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> Any | None:
        """Raises IssuerDown when there are no keys yet and none can be had."""
        age_s = time.monotonic() - self._fetched_at
        found = self._keys.get((key_id, algorithm))
        if age_s > FRESH_S or (found is None and age_s > PAUSE_S):
            async with self._fetching:
                if time.monotonic() - self._fetched_at > PAUSE_S:
                    await self._fetch()
            found = self._keys.get((key_id, algorithm))
        return found

    async def _fetch(self) -> None:
        self._fetched_at = time.monotonic()
        try:
            answer = await self._http.get(self._url, timeout=FETCH_S, follow_redirects=False)
            answer.raise_for_status()
            if len(answer.content) > MOST_BYTES:
                raise ValueError("the key set is too large")
            self._keys = _usable(msgspec.json.decode(answer.content, type=_KeySet))
        except (httpx.HTTPError, ValueError, msgspec.MsgspecError) as wrong:
            log.warning("no keys of an issuer", extra={"url": self._url, "why": repr(wrong)})
            if not self._keys:
                self._fetched_at = time.monotonic() - FRESH_S  # ask again soon
                raise IssuerDown(self._url, repr(wrong)) from wrong


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


def _usable(found: _KeySet) -> dict[tuple[str | None, str], Any]:
    """Signing keys of the three algorithms by key id; when there is one only, under None too."""
    keys: dict[tuple[str | None, str], Any] = {}
    for each in found.keys:
        if each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK.from_dict(each).key
        except jwt.PyJWTError:
            continue
        if (algorithm := _algorithm_of(key)) is not None:
            keys[(each.get("kid"), algorithm)] = key
    if len(keys) == 1:
        ((_, algorithm), key) = next(iter(keys.items()))
        keys[(None, algorithm)] = key
    return keys


def _algorithm_of(key: Any) -> str | None:
    if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return "ES256"
    return "EdDSA" if isinstance(key, Ed25519PublicKey) else None


class _Named(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of HEDGEROW_OIDC_ISSUERS as JSON."""

    issuer: str
    jwks_url: str
    audience: str = ""
    tenant_claim: str = ""
    groups_claim: str = ""
    group_roles: dict[str, list[str]] | None = None
    direct_roles: bool | None = None

    def roles(self, others: GroupRoles) -> GroupRoles:
        """others  those of issuers that say nothing. Raises BadSettings."""
        mapped = others.mapped
        if self.group_roles is not None:
            mapped = mapping_of(self.group_roles, f"HEDGEROW_OIDC_ISSUERS: {self.issuer}")
        return GroupRoles(mapped, others.direct if self.direct_roles is None else self.direct_roles)


def issuers_of(settings: GatewaySettings, http: httpx.AsyncClient) -> dict[str, Issuer]:
    """All that may issue tokens, by name. Raises BadSettings."""
    issuers: dict[str, Issuer] = {}
    usual = GroupRoles(
        read_mapping(settings.oidc_group_roles, "HEDGEROW_OIDC_GROUP_ROLES"),
        settings.oidc_direct_roles,
    )
    for named in _read(settings.oidc_issuers):
        if not named.jwks_url.startswith(("https://", "http://")) or not named.issuer:
            raise BadSettings(f"HEDGEROW_OIDC_ISSUERS: {named.jwks_url!r} is no http(s) address")
        issuers[named.issuer] = Issuer(
            named.issuer,
            named.audience or settings.oidc_audience,
            named.tenant_claim or settings.oidc_tenant_claim,
            named.groups_claim or settings.oidc_groups_claim,
            KeySet(named.jwks_url, http),
            named.roles(usual),
        )
    if settings.development and settings.dev_issuer_key_file is not None:
        issuers[DEVELOPMENT_ISSUER] = Issuer(
            DEVELOPMENT_ISSUER,
            DEVELOPMENT_AUDIENCE,
            "hedgerow_tenant",
            "groups",
            OneKey.from_file(settings.dev_issuer_key_file),
        )
    return issuers


def _read(text: str) -> list[_Named]:
    try:
        if text.lstrip().startswith("["):
            return msgspec.json.decode(text, type=list[_Named])
    except msgspec.MsgspecError as wrong:
        raise BadSettings(f"HEDGEROW_OIDC_ISSUERS: {wrong}") from wrong
    named = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        issuer, _, url = part.partition("=")
        named.append(_Named(issuer.strip(), url.strip()))
    return named

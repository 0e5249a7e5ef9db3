"""From a bearer token to the caller: what the token says, and what its roles allow at which plant.

Roles come from the groups claim: `dispatcher` for the whole tenant, `plant_manager@NB` at the
plant with the code NB. What is not a role, or names a plant that is not there, gives nothing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from hedgerow.auth import PERMISSIONS, SERVICE_PREFIX, TENANT_ROLES, Caller, Permission, Role
from hedgerow.contracts.values import PlantId, TenantId
from hedgerow.errors import Denied
from hedgerow.telemetry import Metric, counter

from hedgerow_gateway.directory import Directory
from hedgerow_gateway.issuers import ALGORITHMS, Issuer

log = logging.getLogger("hedgerow.login")

MOST_TOKEN = 8192
LEEWAY_S = 30
KEPT_S = 60.0
MOST_KEPT = 10_000
_ROLES: Mapping[str, Role] = {role.value: role for role in Role}


class Unauthenticated(Denied):
    code = "UNAUTHENTICATED"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "A valid token is needed; yours is missing, expired or not accepted.",
            "需要有效的令牌：令牌缺失、已过期或不被接受",
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says. expires_at is Unix time; kept_until is monotonic time."""

    subject: str
    tenant_id: TenantId
    groups: tuple[str, ...]
    expires_at: float
    kept_until: float


@dataclass(frozen=True, slots=True)
class Session:
    caller: Caller
    expires_at: float


class Login:
    """Verifies tokens, and remembers for a short while which ones it has verified."""

    def __init__(self, issuers: Mapping[str, Issuer], directory: Directory) -> None:
        self._issuers = issuers
        self._directory = directory
        self._verified: OrderedDict[bytes, Verified] = OrderedDict()
        self._callers: OrderedDict[tuple[Any, ...], Caller] = OrderedDict()
        self._unknown = counter(Metric.UNKNOWN_ROLES)

    async def session(self, authorization: str | None) -> Session:
        """The caller behind `Bearer <token>`. Raises Unauthenticated, Unavailable."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MOST_TOKEN:
            raise Unauthenticated("no bearer token")
        mark = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        verified = self._verified.get(mark)
        if verified is None or verified.kept_until <= time.monotonic():
            verified = await self._verify(token)
            self._verified[mark] = verified
            _trim(self._verified)
        return Session(await self._caller(verified), verified.expires_at)

    async def _verify(self, token: str) -> Verified:
        try:
            header = jwt.get_unverified_header(token)
            stated = jwt.decode(token, options={"verify_signature": False})
            issuer = self._issuers.get(str(stated.get("iss")))
            algorithm = header.get("alg")
            if issuer is None or algorithm not in ALGORITHMS:
                raise Unauthenticated(f"issuer {stated.get('iss')!r}, algorithm {algorithm!r}")
            key_id = header.get("kid")
            key = await issuer.keys.find(key_id if isinstance(key_id, str) else None, algorithm)
            if key is None:
                raise Unauthenticated(f"issuer {issuer.name} has no key {key_id!r}")
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=issuer.audience,
                issuer=issuer.name,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return _read(claims, issuer)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as wrong:
            raise Unauthenticated(repr(wrong)) from wrong

    async def _caller(self, verified: Verified) -> Caller:
        """The same object as long as nothing changes: the bus sends it once for many requests."""
        codes = frozenset(group.partition("@")[2] for group in verified.groups if "@" in group)
        plants = await self._directory.plants(verified.tenant_id, codes) if codes else {}
        known = tuple(sorted((code, plants[code]) for code in codes if code in plants))
        mark = (verified.subject, verified.tenant_id, verified.groups, known)
        caller = self._callers.get(mark)
        if caller is None:
            caller = self._callers[mark] = self._build(verified, plants)
            _trim(self._callers)
        return caller

    def _build(self, verified: Verified, plants: Mapping[str, PlantId]) -> Caller:
        everywhere: set[Permission] = set()
        somewhere: dict[PlantId, frozenset[Permission]] = {}
        unknown = 0
        for group in verified.groups:
            name, at, code = group.partition("@")
            role = _ROLES.get(name)
            if role is None or bool(at) is (role in TENANT_ROLES):
                unknown += 1
            elif not at:
                everywhere |= PERMISSIONS[role]
            elif (plant := plants.get(code)) is None:
                unknown += 1
            else:
                somewhere[plant] = somewhere.get(plant, frozenset()) | PERMISSIONS[role]
        if unknown:
            self._unknown.add(unknown)
            log.info("groups without effect", extra={"subject": verified.subject, "count": unknown})
        return Caller(
            subject=verified.subject,
            tenant_id=verified.tenant_id,
            tenant_grants=frozenset(everywhere),
            plant_grants=somewhere,
        )


def _read(claims: Mapping[str, Any], issuer: Issuer) -> Verified:
    """Raises ValueError, TypeError."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 200 or not subject.isprintable():
        raise ValueError("sub is not usable")
    if subject.startswith(SERVICE_PREFIX):
        raise ValueError("sub is that of a service")
    groups = claims.get(issuer.groups_claim, ())
    if not isinstance(groups, Sequence) or isinstance(groups, str) or len(groups) > 1000:
        raise TypeError("groups are not a list")
    expires_at = float(claims["exp"])
    kept_s = min(KEPT_S, expires_at + LEEWAY_S - time.time())
    return Verified(
        subject,
        TenantId(UUID(str(claims.get(issuer.tenant_claim)))),
        tuple(group for group in groups if isinstance(group, str)),
        expires_at + LEEWAY_S,
        time.monotonic() + kept_s,
    )


def _trim(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)

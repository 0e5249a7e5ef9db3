"""From a bearer token to the caller: what the token says, and what they may do (see `rights`)."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import jwt
from hedgerow.auth import SERVICE_PREFIX, Caller
from hedgerow.contracts.values import TenantId
from hedgerow.errors import Denied

from hedgerow_gateway.claims import MOST_GROUPS
from hedgerow_gateway.issuers import ALGORITHMS, Issuer
from hedgerow_gateway.rights import Rights
from hedgerow_gateway.verified import Verified

MOST_TOKEN = 8192
LEEWAY_S = 30
KEPT_S = 60.0
MOST_KEPT = 10_000


class Unauthenticated(Denied):
    code = "UNAUTHENTICATED"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "A valid token is needed; yours is missing, expired or not accepted.",
            "需要有效的令牌：令牌缺失、已过期或不被接受",
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class Session:
    """caller  as their rights were when the session was asked for, at most a second old"""

    caller: Caller
    user: Verified
    rights: Rights

    async def renewed(self, *, since: float | None = None) -> Session:
        """With the rights of now. since  monotonic; rights that were asked for before do not
        count. Raises Unavailable."""
        caller = await self.rights.of(self.user, since=since)
        return self if caller is self.caller else replace(self, caller=caller)


class Login:
    """Verifies tokens, and remembers for a short while which ones it has verified."""

    def __init__(self, issuers: Mapping[str, Issuer], rights: Rights) -> None:
        self._issuers = issuers
        self._rights = rights
        self._verified: OrderedDict[bytes, Verified] = OrderedDict()

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
            while len(self._verified) > MOST_KEPT:
                self._verified.popitem(last=False)
        return Session(await self._rights.of(verified), verified, self._rights)

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


def _read(claims: Mapping[str, Any], issuer: Issuer) -> Verified:
    """Raises ValueError, TypeError."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 200 or not subject.isprintable():
        raise ValueError("sub is not usable")
    if subject.startswith(SERVICE_PREFIX):
        raise ValueError("sub is that of a service")
    groups = claims.get(issuer.groups_claim, ())
    if not isinstance(groups, Sequence) or isinstance(groups, str) or len(groups) > MOST_GROUPS:
        raise TypeError("groups are not a list")
    claimed, unknown = issuer.group_roles.of(groups)
    expires_at = float(claims["exp"])
    kept_s = min(KEPT_S, expires_at + LEEWAY_S - time.time())
    return Verified(
        subject,
        TenantId(UUID(str(claims.get(issuer.tenant_claim)))),
        claimed,
        unknown,
        expires_at + LEEWAY_S,
        time.monotonic() + kept_s,
    )

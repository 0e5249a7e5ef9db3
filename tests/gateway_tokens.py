"""An OpenID provider of our own, and the tokens that it would issue."""

from __future__ import annotations

import time

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hedgerow_gateway.claims import NAMED_ONLY, GroupRoles
from hedgerow_gateway.issuers import Issuer, KeySet
from hedgerow_gateway.login import Login
from hedgerow_gateway.rights import Rights
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

ISSUER = "https://login.example.com"
TENANT = "0192f3a0-0000-7000-8000-000000000001"
RSA = rsa.generate_private_key(65537, 2048)
WEAK_RSA = rsa.generate_private_key(65537, 1024)
P256 = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def jwk(key, algorithm: str, kid: str, **more: str) -> dict[str, object]:
    kind = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}
    made = kind.get(algorithm, jwt.algorithms.OKPAlgorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": kid, "use": "sig"} | more


class Provider:
    """An OpenID provider's key endpoint."""

    def __init__(self, *keys: dict[str, object]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.status = 200
        app = Starlette(routes=[Route("/keys", self.answer)])
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER)

    async def answer(self, _):
        self.asked += 1
        return JSONResponse({"keys": self.keys}, status_code=self.status)


def login_with(provider: Provider, bus, roles: GroupRoles = NAMED_ONLY) -> Login:
    keys = KeySet(f"{ISSUER}/keys", provider.http)
    issuer = Issuer(ISSUER, "hedgerow", "hedgerow_tenant", "groups", keys, roles)
    return Login({ISSUER: issuer}, Rights(bus))


def token(key=RSA, algorithm="RS256", kid="r", **claims) -> str:
    now = int(time.time())
    stated = {
        "iss": ISSUER,
        "aud": "hedgerow",
        "sub": "wang",
        "iat": now,
        "exp": now + 600,
        "hedgerow_tenant": TENANT,
        "groups": ["dispatcher"],
    } | claims
    stated = {name: value for name, value in stated.items() if value is not ...}
    return "Bearer " + jwt.encode(stated, key, algorithm=algorithm, headers={"kid": kid})

"""Bearer tokens of demo users, signed as the local development issuer does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import jwt

from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.demo.company import tenant_id, users

ISSUER = "hedgerow-dev"
AUDIENCE = "hedgerow"
LIFE_S = 12 * 3600
KEY_VARIABLE = "HEDGEROW_DEV_ISSUER_KEY_FILE"
KEY_PLACE = Path(".local", "keys", "dev-issuer.pem")


def demo_token(name: str, *, key_file: Path | None = None, now_s: float | None = None) -> str:
    """A token of the demo user `name`, good for 12 hours."""
    known = users()
    if name not in known:
        raise ClientError(f"There is no demo user {name!r}. There are: {', '.join(known)}.")
    issued = int(time.time() if now_s is None else now_s)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": name,
        "name": known[name].name,
        "iat": issued,
        "exp": issued + LIFE_S,
        "hedgerow_tenant": str(tenant_id()),
        "groups": list(known[name].groups),
    }
    key = _key(key_file or find_key())
    try:
        return jwt.encode(claims, key, algorithm="EdDSA")
    except (ValueError, jwt.PyJWTError) as wrong:
        raise ClientError(f"The key of the development issuer cannot be used: {wrong}") from wrong


def find_key() -> Path:
    """From the environment, else in `.local` of this folder or one above it."""
    if named := os.environ.get(KEY_VARIABLE):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / KEY_PLACE).is_file():
            return folder / KEY_PLACE
    raise ClientError(
        f"The key of the development issuer was not found: start the suite with `make up`, "
        f"or name the file in {KEY_VARIABLE}."
    )


def _key(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise ClientError(f"The key of the development issuer cannot be read: {wrong}") from wrong

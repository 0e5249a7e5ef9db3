"""How a service knows that a message comes from the gateway, is for it, and is fresh."""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hedgerow.errors import Denied

MAX_AGE_S = 30
CLOCK_SKEW_S = 5
CACHED_SIGNATURES = 4096


class NotAuthentic(Denied):
    """The message does not come from the gateway, is for another service, or is too old."""

    code = "NOT_AUTHENTIC"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The request could not be authenticated.", "请求无法通过身份验证", detail=detail
        )


class Signer:
    """Signs messages to a service. Held by the gateway."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_pem(cls, pem: bytes) -> Signer:
        """Raises ValueError unless `pem` holds an unencrypted Ed25519 private key."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("an Ed25519 private key in PEM form is needed")
        return cls(key)

    def sign(self, audience: str, body: bytes, at_s: float) -> str:
        """The value of the authentication header: `<unix ms>.<base64 signature>`."""
        at_ms = int(at_s * 1000)
        signature = self._key.sign(_signed_bytes(audience, body, at_ms))
        return f"{at_ms}.{base64.b64encode(signature).decode()}"


class Verifier:
    """Checks what a Signer signed. Held by every service; remembers what it has checked, so a
    message that is delivered again costs no second check."""

    def __init__(self, key: Ed25519PublicKey, audience: str) -> None:
        self._key = key
        self._audience = audience
        self._checked: OrderedDict[bytes, None] = OrderedDict()

    @classmethod
    def from_pem(cls, pem: bytes, audience: str) -> Verifier:
        """Raises ValueError unless `pem` holds an Ed25519 public key."""
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("an Ed25519 public key in PEM form is needed")
        return cls(key, audience)

    def verify(self, header: str | None, body: bytes, now_s: float) -> None:
        """Raises NotAuthentic."""
        at_text, _, encoded = (header or "").partition(".")
        if not at_text.isdecimal() or len(at_text) > 15:
            raise NotAuthentic("no authentication header")
        age_s = now_s - int(at_text) / 1000
        if not -CLOCK_SKEW_S <= age_s <= MAX_AGE_S:
            raise NotAuthentic(f"signed {age_s:.1f} s ago")
        signed = _signed_bytes(self._audience, body, int(at_text))
        mark = hashlib.sha256(signed + encoded.encode()).digest()
        if mark in self._checked:
            return
        try:
            self._key.verify(base64.b64decode(encoded, validate=True), signed)
        except (InvalidSignature, ValueError) as wrong:
            raise NotAuthentic("the signature does not fit") from wrong
        self._checked[mark] = None
        if len(self._checked) > CACHED_SIGNATURES:
            self._checked.popitem(last=False)


def _signed_bytes(audience: str, body: bytes, at_ms: int) -> bytes:
    return b"hedgerow.v1\0%s\0%d\0" % (audience.encode(), at_ms) + hashlib.sha256(body).digest()

"""What is signed: the ends of all chains that grew, as one root, linked to the anchor before."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hedgerow.contracts.evidence import AnchorView

FIRST = bytes(32)

_encode = msgspec.json.Encoder(order="sorted").encode


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """number  of the owner's anchors, from 1
    from_xact  covers what transactions from this one on wrote, as far as `snapshot` sees it
    chains     how many leaves the tree has
    root, previous  SHA-256, hexadecimal; previous is that of the anchor before
    """

    owner: str
    number: int
    at: datetime
    from_xact: int
    snapshot: str
    chains: int
    root: str
    previous: str

    def document(self) -> bytes:
        """What is signed."""
        return _encode(self)


@dataclass(frozen=True, slots=True)
class Signed:
    anchor: Anchor
    signature: bytes

    def hash(self) -> bytes:
        """What the next anchor links to."""
        return hashlib.sha256(self.anchor.document() + self.signature).digest()

    def message(self) -> bytes:
        """What is published, and logged."""
        return _encode(_Published(self.anchor, self.signature.hex()))

    def view(self) -> AnchorView:
        return AnchorView(
            owner=self.anchor.owner,
            number=self.anchor.number,
            at=self.anchor.at,
            chains=self.anchor.chains,
            root=self.anchor.root,
            signature=self.signature.hex(),
        )

    @classmethod
    def of_message(cls, message: bytes) -> Signed:
        """Raises msgspec.MsgspecError, ValueError."""
        read = msgspec.json.decode(message, type=_Published)
        return cls(read.anchor, bytes.fromhex(read.signature))

    @classmethod
    def of_row(cls, owner: str, row: Any) -> Signed:
        """From a row of `evidence_anchors`."""
        anchor = Anchor(
            owner=owner,
            number=row.number,
            at=row.at,
            from_xact=row.from_xact,
            snapshot=row.snapshot,
            chains=row.chains,
            root=row.root.hex(),
            previous=row.previous.hex(),
        )
        return cls(anchor, row.signature)


class _Published(msgspec.Struct, frozen=True):
    anchor: Anchor
    signature: str


class AnchorSigner:
    """Held by the service, never by its database."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_pem(cls, pem: bytes) -> AnchorSigner:
        """Raises ValueError unless `pem` holds an unencrypted Ed25519 private key."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("an Ed25519 private key in PEM form is needed")
        return cls(key)

    def sign(self, anchor: Anchor) -> Signed:
        return Signed(anchor, self._key.sign(anchor.document()))

    @property
    def public_key(self) -> Ed25519PublicKey:
        return self._key.public_key()


class AnchorCheck:
    """Knows whether an anchor was signed with the anchor key, or with one before it."""

    def __init__(self, *keys: Ed25519PublicKey) -> None:
        self._keys = keys

    @classmethod
    def from_files(cls, *files: Path) -> AnchorCheck:
        """Raises OSError, and ValueError unless each holds an Ed25519 public key in PEM form."""
        return cls(*map(read_public_key, files))

    def is_genuine(self, signed: Signed) -> bool:
        document = signed.anchor.document()
        for key in self._keys:
            with contextlib.suppress(InvalidSignature):
                key.verify(signed.signature, document)
                return True
        return False


def read_public_key(file: Path) -> Ed25519PublicKey:
    """Raises OSError, ValueError."""
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{file} does not hold an Ed25519 public key in PEM form")
    return key

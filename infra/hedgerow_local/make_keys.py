"""Create the keys of the local run; run by the virtual environment's Python.

python make_keys.py DIRECTORY
"""

import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def make_pair(private: Path, public: Path) -> None:
    """Write an Ed25519 key pair as PEM, the private half readable by this user only."""
    key = Ed25519PrivateKey.generate()
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    draft = private.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    draft.replace(private)  # last: a private key is there only when its public half is


if __name__ == "__main__":
    anchors = (f"anchor-{service}" for service in ("orders", "inventory", "routing", "rma"))
    for name in ("caller", "dev-issuer", *anchors):
        directory = Path(sys.argv[1])
        if not (directory / f"{name}.pem").exists():
            make_pair(directory / f"{name}.pem", directory / f"{name}.pub.pem")

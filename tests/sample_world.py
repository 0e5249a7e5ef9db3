"""A running sample service, and a key pair for whoever needs one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hedgerow.auth import Caller, Signer
from hedgerow.bus import Bus
from hedgerow.service.process import Process, ServiceSettings
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass
class World:
    """A running sample service and a caller's place on the same bus."""

    bus: Bus
    process: Process
    settings: ServiceSettings
    engine: AsyncEngine
    caller: Caller


def key_pair(folder: Path) -> tuple[Signer, Path]:
    """A signer and the file of its public key."""
    key = Ed25519PrivateKey.generate()
    file = folder / "caller.pub"
    file.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return Signer(key), file

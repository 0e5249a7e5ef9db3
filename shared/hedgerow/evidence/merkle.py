"""One hash over many. Source: RFC 6962, section 2.1 (Merkle Tree Hash)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HASH_LENGTH = 32


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in their order.

    The RFC splits at the largest power of two; pairing neighbours level by level, with a lone
    last one carried up as it is, makes the same tree.
    """
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[place] + level[place + 1]).digest()
            for place in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(level) & ~1 :]
    return level[0]


def split(joined: bytes) -> list[bytes]:
    """Hashes that were written one after the other."""
    return [joined[place : place + HASH_LENGTH] for place in range(0, len(joined), HASH_LENGTH)]


def chain_leaf(tenant_id: object, stream: str, seq: int, hash: bytes) -> bytes:
    """The leaf of one chain at one moment; `app.anchor_leaves` computes the same."""
    return leaf_hash(f"{tenant_id} {stream} {seq} ".encode() + hash)

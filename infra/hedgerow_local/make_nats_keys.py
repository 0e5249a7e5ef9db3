"""Create the keys with which the programs show NATS who they are; run by the virtual
environment's Python.

python make_nats_keys.py DIRECTORY

DIRECTORY/<member>.seed   the private half, readable by this user only
DIRECTORY/nkeys.env       the public halves, as infra/nats.conf wants them in its environment
"""

import os
import sys
from pathlib import Path

import nkeys

MEMBERS = ("gateway", "orders", "inventory", "routing", "rma")


def make_seed(file: Path) -> None:
    """Write the seed of a new user key."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
    draft.replace(file)


def public_half(file: Path) -> str:
    pair = nkeys.from_seed(bytearray(file.read_bytes().strip()))
    public: bytes = pair.public_key
    return public.decode()


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = []
    for member in MEMBERS:
        seed = directory / f"{member}.seed"
        if not seed.exists():
            make_seed(seed)
        lines.append(f"HEDGEROW_NKEY_{member.upper()}={public_half(seed)}\n")
    draft = directory / "nkeys.draft"
    draft.write_text("".join(lines))
    draft.replace(directory / "nkeys.env")

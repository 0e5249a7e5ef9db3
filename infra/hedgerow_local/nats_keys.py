"""The programs' keys for NATS, in one folder: a seed for each, and what the server is told."""

from collections.abc import Mapping
from pathlib import Path

from .commands import must_succeed
from .places import SERVICES, make_private, program

MEMBERS = (*SERVICES, "gateway")


class NatsKeys:
    """Begin with `make`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def make(cls, directory: Path) -> "NatsKeys":
        """The keys in this folder; those that are missing are created."""
        keys = cls(make_private(directory.resolve()))
        if not keys._complete():
            must_succeed(
                [
                    program("python"),
                    Path(__file__).with_name("make_nats_keys.py"),
                    keys.directory,
                ],
                what="The keys for NATS could not be created",
                cure="run `make setup`",
                log="keys",
                seconds=60,
            )
        return keys

    def seed_file(self, member: str) -> Path:
        """The private key of one program. Nobody else may learn it."""
        return self.directory / f"{member}.seed"

    def public(self) -> Mapping[str, str]:
        """The public keys, as variables for the server."""
        try:
            lines = (self.directory / "nkeys.env").read_text().splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split("=", 1) for line in lines)

    def _complete(self) -> bool:
        told = self.public()
        return all(
            f"HEDGEROW_NKEY_{member.upper()}" in told and self.seed_file(member).exists()
            for member in MEMBERS
        )

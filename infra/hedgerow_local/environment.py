"""What each child is told through its environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from .commands import must_succeed
from .nats_keys import NatsKeys
from .places import KEYS, SECRETS, make_private, program, write_private
from .trouble import Trouble

HOST = "127.0.0.1"
DEFAULT_PORT = 8800
CALLER_KEY = KEYS / "caller.pem"
CALLER_PUBLIC_KEY = KEYS / "caller.pub.pem"
DEV_ISSUER_KEY = KEYS / "dev-issuer.pem"
# What the runner itself is told, and what one child must not learn from another's settings.
OURS = (
    "HEDGEROW_POSTGRES_URL",
    "HEDGEROW_NATS_URL",
    "HEDGEROW_NATS_ADMIN_URL",
    "HEDGEROW_NATS_SEED_FILE",
    "HEDGEROW_PORT",
    "HEDGEROW_HOST",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


@dataclass(frozen=True, slots=True)
class Suite:
    """The addresses of one running suite.

    nats_url        what the programs connect to
    nats_admin_url  the same with the operator's rights; empty: nobody changes the streams
    nats_keys       what the programs show; None: the URL has the credentials
    """

    postgres_url: str
    nats_url: str
    nats_admin_url: str
    nats_keys: NatsKeys | None
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def for_migration(self, service: str) -> Mapping[str, str]:
        """For `migrate`, the only one that gets the superuser's and the operator's address."""
        return {
            **self.for_service(service),
            "HEDGEROW_POSTGRES_URL": self.postgres_url,
            "HEDGEROW_NATS_ADMIN_URL": self.nats_admin_url,
        }

    def for_service(self, service: str) -> Mapping[str, str]:
        return {
            **_inherited(),
            "HEDGEROW_DATABASE_URL": database_url(self.postgres_url, service),
            **self._broker(service),
            "HEDGEROW_CALLER_PUBLIC_KEY_FILE": str(CALLER_PUBLIC_KEY),
            "HEDGEROW_ANCHOR_KEY_FILE": str(KEYS / f"anchor-{service}.pem"),
        }

    def for_gateway(self) -> Mapping[str, str]:
        return {
            **_inherited(),
            **self._broker("gateway"),
            "HEDGEROW_CALLER_KEY_FILE": str(CALLER_KEY),
            "HEDGEROW_HOST": HOST,
            "HEDGEROW_PORT": str(self.port),
            "HEDGEROW_ENVIRONMENT": "development",
            "HEDGEROW_DEV_ISSUER_KEY_FILE": str(DEV_ISSUER_KEY),
        }

    def for_audit(self) -> Mapping[str, str]:
        """For `hedgerow audit`, which reads everything and changes nothing."""
        return {
            **_inherited(),
            "HEDGEROW_POSTGRES_URL": self.postgres_url,
            "HEDGEROW_NATS_URL": self.nats_admin_url or self.nats_url,
            "HEDGEROW_ANCHOR_KEYS": str(KEYS),
        }

    def for_client(self) -> Mapping[str, str]:
        """For the command line client that loads the demo company."""
        return {
            **_inherited(),
            "HEDGEROW_URL": self.url,
            "HEDGEROW_DEV_ISSUER_KEY_FILE": str(DEV_ISSUER_KEY),
        }

    def _broker(self, member: str) -> Mapping[str, str]:
        seed = str(self.nats_keys.seed_file(member)) if self.nats_keys else ""
        return {"HEDGEROW_NATS_URL": self.nats_url, "HEDGEROW_NATS_SEED_FILE": seed}


def gateway_port() -> int:
    """The gateway's port: HEDGEROW_PORT, else 8800."""
    text = os.environ.get("HEDGEROW_PORT") or str(DEFAULT_PORT)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise Trouble(f"HEDGEROW_PORT is {text!r}.", "give it a number from 1 to 65535")
    return int(text)


def database_url(postgres_url: str, service: str) -> str:
    """The address of a service's own database, with its own account."""
    admin = urlsplit(postgres_url)
    if not admin.hostname or not admin.scheme.startswith("postgres"):
        raise Trouble(
            "HEDGEROW_POSTGRES_URL is no address of a PostgreSQL server.",
            "write it like postgresql://postgres:PASSWORD@HOST:5432/postgres",
        )
    place = admin.netloc.rpartition("@")[2]
    name = f"hedgerow_{service}"
    netloc = f"{name}:{_secret(service)}@{place}"
    return urlunsplit(("postgresql", netloc, f"/{name}", admin.query, ""))


def make_keys() -> None:
    """Create the suite's keys unless they are there."""
    make_private(KEYS)
    must_succeed(
        [program("python"), Path(__file__).with_name("make_keys.py"), KEYS],
        what="The keys of the suite could not be created",
        cure="run `make setup`",
        log="keys",
        seconds=60,
    )


def _secret(name: str) -> str:
    file = make_private(SECRETS) / name
    if not file.exists():
        write_private(file, secrets.token_hex(16))
    return file.read_text()


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}

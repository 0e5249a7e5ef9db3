"""Where things of one checkout lie."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCAL = ROOT / ".local"
PREFIX = LOCAL / "prefix"
LOGS = LOCAL / "log"
RUN = LOCAL / "run"
KEYS = LOCAL / "keys"
NATS_KEYS = KEYS / "nats"
SECRETS = LOCAL / "secrets"
RUNNER_LOCK = RUN / "runner"
POSTGRES_DIRECTORY = LOCAL / "postgres"
NATS_DIRECTORY = LOCAL / "nats"
NATS_CONF = ROOT / "infra" / "nats.conf"

SERVICES = ("orders", "inventory", "routing", "rma")


def program(name: str) -> Path:
    """A program of the virtual environment."""
    return VENV / "bin" / name


def make_private(directory: Path) -> Path:
    """Create `directory` for this user only."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    return directory


def make_passable(directory: Path) -> Path:
    """Create `directory` so that another account may walk through it without listing it."""
    directory.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        directory.chmod(0o711)
    return directory


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but this user can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)

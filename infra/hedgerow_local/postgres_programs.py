"""Which PostgreSQL with PostGIS this machine has."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .places import PREFIX
from .trouble import Trouble

OLDEST = 15


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The programs of one PostgreSQL that has PostGIS, and what they need around them."""

    bin: Path
    version: int
    env: dict[str, str] = field(default_factory=dict)


def find_postgres() -> PostgresPrograms | None:
    """The newest PostgreSQL with PostGIS here, or None.

    Looks at Debian's places, at what `pg_config` names, and at the private prefix
    that `make setup` fills for users who may not install packages.
    """
    found = [*_debian(Path("/"), {}), *_pg_config(), *_debian(PREFIX, private_env(PREFIX))]
    return max(found, key=lambda one: (not one.env, one.version), default=None)


def need_postgres() -> PostgresPrograms:
    """Like `find_postgres`, but says how to get it when it is missing."""
    found = find_postgres()
    if found is None:
        raise Trouble(
            f"This machine has no PostgreSQL {OLDEST} or newer with PostGIS.",
            "run `make setup`, or name a server in HEDGEROW_POSTGRES_URL",
        )
    return found


def private_env(prefix: Path) -> dict[str, str]:
    """What programs unpacked below `prefix` need to find their libraries and data."""
    # Some lie one level deeper (BLAS, LAPACK), where installation scripts would link them.
    libraries = [
        *prefix.glob("usr/lib/*-linux-*/*.so*"),
        *prefix.glob("lib/*-linux-*/*.so*"),
        *prefix.glob("usr/lib/*-linux-*/*/lib*.so.*"),
    ]
    folders = dict.fromkeys(str(library.parent) for library in libraries)
    env = {"LD_LIBRARY_PATH": ":".join(folders)}
    for name, folder in (("PROJ_DATA", "usr/share/proj"), ("GDAL_DATA", "usr/share/gdal")):
        if (prefix / folder).is_dir():
            env[name] = str(prefix / folder)
    return env


def _debian(root: Path, env: dict[str, str]) -> Iterator[PostgresPrograms]:
    for home in (root / "usr/lib/postgresql").glob("[0-9]*"):
        version = int(home.name)
        extension = root / "usr/share/postgresql" / home.name / "extension/postgis.control"
        if version >= OLDEST and (home / "bin/postgres").exists() and extension.exists():
            yield PostgresPrograms(home / "bin", version, env)


def _pg_config() -> Iterator[PostgresPrograms]:
    program = shutil.which("pg_config")
    if program is None:
        return
    answer = subprocess.run(
        [program, "--bindir", "--sharedir", "--version"],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.splitlines()
    if len(answer) != 3:
        return
    bin_, share, version = Path(answer[0]), Path(answer[1]), answer[2].split()[1].split(".")[0]
    if version.isdigit() and int(version) >= OLDEST and (bin_ / "initdb").exists():
        if (share / "extension/postgis.control").exists():
            yield PostgresPrograms(bin_, int(version))

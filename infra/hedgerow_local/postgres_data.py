"""The data directory of a PostgreSQL server: where it lies, whose it is, how it is made."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .places import write_private
from .postgres_processes import end_leftovers
from .postgres_programs import PostgresPrograms
from .processes import Account
from .trouble import Trouble


def account_for_postgres() -> Account | None:
    """Whom the server runs as when we are root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise Trouble(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`.",
        "run as an ordinary user, or create one: `useradd --system postgres`",
    )


def data_of(directory: Path) -> Path:
    """Where the data of `directory` lies: in it, or where its file `place` says."""
    with contextlib.suppress(FileNotFoundError):
        return Path((directory / "place").read_text().rstrip("\n"))
    return directory / "data"


def prepare_data(directory: Path, programs: PostgresPrograms, *, fsync: bool) -> Path:
    """Find or make the data of `directory`; returns where it lies.

    Below a directory that the server's account may not enter (root's home, a private
    temporary folder) the data goes to a folder of that account's own in /var/tmp.
    """
    data = data_of(directory)
    account = account_for_postgres()
    if not data.exists():
        if account and not _can_enter(account, directory):
            home = Path(tempfile.mkdtemp(prefix="hedgerow-", dir="/var/tmp"))
            os.chown(home, account.uid, account.gid)
            data = home / "data"
            (directory / "place").write_text(f"{data}\n")
        data.mkdir(mode=0o700)
        if account:
            os.chown(data, account.uid, account.gid)
    if not (directory / "password").exists():
        _create(directory, data, programs, account, fsync=fsync)
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(programs.version):
        raise Trouble(
            f"The data in {data} is of PostgreSQL {version}, the programs here are of "
            f"{programs.version}.",
            "`make reset` drops the local data; or install the older programs again",
        )
    return data


def drop_data(directory: Path) -> None:
    """Stop what a killed run left below `directory`, and remove its data wherever it is."""
    if not directory.exists():
        return
    data = data_of(directory)
    if data.exists():
        end_leftovers(data)
        shutil.rmtree(data if data.is_relative_to(directory) else data.parent)
    shutil.rmtree(directory)


def _create(
    directory: Path,
    data: Path,
    programs: PostgresPrograms,
    account: Account | None,
    *,
    fsync: bool,
) -> None:
    """Run initdb. The password is written last, so half a directory is made anew next time."""
    for leftover in data.iterdir():
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    password = secrets.token_hex(16)
    with tempfile.NamedTemporaryFile("w", prefix="hedgerow-") as file:
        file.write(password)
        file.flush()
        if account:
            os.chown(file.name, account.uid, account.gid)
        made = subprocess.run(
            [
                str(programs.bin / "initdb"),
                f"--pgdata={data}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={file.name}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
                *([] if fsync else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
            cwd="/",
            env={**os.environ, **programs.env},
            **_as(account),
        )
    if made.returncode != 0:
        raise Trouble(
            f"initdb failed:\n{made.stdout}{made.stderr}",
            f"free some space or mend what it names; the data would be in {data}",
        )
    write_private(directory / "password", password)


def _can_enter(account: Account, directory: Path) -> bool:
    words = ["test", "-x", str(directory)]
    return subprocess.run(words, check=False, cwd="/", **_as(account)).returncode == 0


def _as(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": [account.gid]}

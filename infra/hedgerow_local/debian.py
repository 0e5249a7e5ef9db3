"""Packages of Debian and its kin: installed by root, or unpacked privately by anybody else."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .commands import must_succeed, succeeds
from .interruption import STOPS
from .places import LOCAL
from .trouble import Trouble, say

LOG = "packages"
APT_S = 900.0
# Unpacked beside the system's own they would break every program that is run with them.
NEVER_UNPACK = re.compile(r"(libc6|libc-bin|libcrypt1)_")
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def has_apt() -> bool:
    return all(shutil.which(tool) for tool in ("apt-get", "apt-cache", "dpkg-deb"))


def newest(pattern: str, *, preferred: Sequence[str] = ()) -> str | None:
    """The package whose name matches, with the highest number in it; `preferred` ones first."""
    for refreshed in (False, True):
        if refreshed:
            _refresh()
        names = _names(pattern)
        for name in (*preferred, *sorted(names, key=_number, reverse=True)):
            if name in names:
                return name
    return None


def install(packages: Sequence[str]) -> None:
    """As root: install packages, refreshing apt's lists when that is what is missing.

    Ctrl-C waits until it is done: half installed packages are worse than a minute.
    """
    command = ["apt-get", "install", "-y", "--no-install-recommends"]
    command += ["-o", "DPkg::Lock::Timeout=180", *packages]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        _with_fresh_lists(command, f"apt-get could not install {' '.join(packages)}")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unpack(packages: Sequence[str], into: Path, *, afresh: str = "") -> None:
    """As anybody: download packages with all they need, and unpack them below `into`.

    What the system has installed is not fetched, except packages whose name begins with
    `afresh`. Nothing outside this checkout is touched.
    """
    _private_apt(afresh)
    command = ["apt-get", *_options(), "install", "-y", "--no-install-recommends"]
    command += ["--download-only", *packages]
    _with_fresh_lists(command, f"apt-get could not download {' '.join(packages)}")
    draft = into.with_name(f"{into.name}.unpacking")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for archive in sorted((_apt() / "cache/archives").glob("*.deb")):
        if NEVER_UNPACK.match(archive.name):
            continue
        must_succeed(
            ["dpkg-deb", "-x", archive, draft],
            what=f"{archive.name} could not be unpacked",
            cure="is the disk full? free some space, then run this again",
            log=LOG,
            seconds=120,
        )
    shutil.rmtree(into, ignore_errors=True)
    draft.rename(into)
    shutil.rmtree(_apt() / "cache/archives")


def tidy() -> None:
    """Drop the private lists and archives, which nothing needs once all is unpacked."""
    shutil.rmtree(_apt(), ignore_errors=True)


def _with_fresh_lists(command: list[str], what: str) -> None:
    """Run apt-get; when it fails, refresh its lists and run it once more."""
    if succeeds(command, log=LOG, seconds=APT_S, env=QUIET):
        return
    _refresh()
    cure = "mend what apt says (network? sources?), then run this again"
    must_succeed(command, what=what, cure=cure, log=LOG, seconds=APT_S, env=QUIET)


def _names(pattern: str) -> list[str]:
    """The packages apt could install whose names match."""
    listed = subprocess.run(
        ["apt-cache", *_options(), "search", "--names-only", f"^{pattern}$"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=QUIET,
    ).stdout
    return [line.split(" ", 1)[0] for line in listed.splitlines()]


def _number(name: str) -> int:
    return int(re.sub(r"\D", " ", name).split()[0])


def _refresh() -> None:
    say("Reading the lists of packages (apt-get update) …")
    # Its exit code counts foreign sources that are out of reach: the install decides.
    succeeds(["apt-get", *_options(), "update"], log=LOG, seconds=APT_S, env=QUIET)


def _apt() -> Path:
    return LOCAL / "apt"


def _options() -> list[str]:
    """None for root; for others a state, a cache and lists of their own."""
    if os.geteuid() == 0:
        return []
    if not (_apt() / "status").exists():
        _private_apt("")
    settings = {
        "Dir::State": _apt() / "state",
        "Dir::State::status": _apt() / "status",
        "Dir::Cache": _apt() / "cache",
        "Dir::Log": _apt() / "log",
        "Debug::NoLocking": "1",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _private_apt(afresh: str) -> None:
    """Lay out apt's folders, and tell it that packages named `afresh…` are not installed."""
    for folder in ("state/lists/partial", "cache/archives/partial", "log"):
        (_apt() / folder).mkdir(parents=True, exist_ok=True)
    system = Path("/var/lib/dpkg/status")
    if not system.exists():
        raise Trouble(
            "This machine has apt but no list of installed packages.",
            "name a server in HEDGEROW_POSTGRES_URL",
        )
    stanzas = system.read_text(errors="replace").split("\n\n")
    kept = [one for one in stanzas if not (afresh and one.startswith(f"Package: {afresh}"))]
    (_apt() / "status").write_text("\n\n".join(kept))

"""The virtual environment: `.venv` with everything that requirements.lock pins."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import debian
from .commands import must_succeed, succeeds
from .places import LOCAL, ROOT, SERVICES, VENV, program
from .processes import Words
from .trouble import Trouble, say

LOG = "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "hedgerow-stamp"
MEMBERS = [ROOT / "shared", ROOT / "gateway", *(ROOT / "services" / name for name in SERVICES)]
OLDEST, NEWEST = (3, 11), (3, 13)
NETWORK = "is the package index reachable? Then run `make setup` again"


def install_python() -> None:
    """Create `.venv` and install the lock and the six members; instant when nothing changed."""
    if sys.version_info < OLDEST:
        raise Trouble(
            f"This is Python {sys.version.split()[0]}; Hedgerow needs 3.11, 3.12 or 3.13.",
            "install one and name it: `make PYTHON=python3.13 …`",
        )
    if sys.version_info[:2] > NEWEST:
        say(f"Python {sys.version.split()[0]} is newer than what Hedgerow is tested with (3.13).")
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and _works("import sys"):
        return
    if not _works("import sys; assert sys.version_info >= (3, 11)"):
        _create()
    if not _works("import pip") and not succeeds(
        [program("python"), "-m", "ensurepip"], log=LOG, seconds=120
    ):
        _bring_pip()
    _install()
    STAMP.write_text(wanted)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in (LOCK, *(member / "pyproject.toml" for member in MEMBERS)):
        if not file.exists():
            raise Trouble(f"{file} is missing.", "is this a whole checkout? `git status` tells")
        digest.update(file.read_bytes())
    digest.update(str(ROOT).encode())  # editable installs point here
    return digest.hexdigest()


def _works(statement: str) -> bool:
    """Whether the environment's Python is there and can do this."""
    command = [str(program("python")), "-c", statement]
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _create() -> None:
    say(f"Creating .venv with Python {sys.version.split()[0]} …")
    shutil.rmtree(VENV, ignore_errors=True)
    whole = importlib.util.find_spec("ensurepip") is not None
    if not whole and os.geteuid() == 0 and debian.has_apt() and sys.prefix == "/usr":
        say("Debian keeps a part of Python in the package python3-venv: installing it …")
        debian.install(["python3-venv"])
        whole = True
    must_succeed(
        [sys.executable, "-m", "venv", *([] if whole else ["--without-pip"]), VENV],
        what="The virtual environment could not be created",
        cure="install Python's venv module (Debian: python3-venv), then run this again",
        log=LOG,
        seconds=180,
    )


def _bring_pip() -> None:
    """Put pip into the environment from Debian's wheel, where Python came without ensurepip."""
    wheels = _pip_wheels(Path("/"))
    if not wheels and debian.has_apt():
        say("Fetching pip from Debian (nothing outside this checkout changes) …")
        debian.unpack(["python3-pip-whl"], LOCAL / "pip", afresh="python3-pip-whl")
        wheels = _pip_wheels(LOCAL / "pip")
    if not wheels:
        raise Trouble(
            "This Python can make no pip (ensurepip is missing).",
            "install Python's venv module (Debian: python3-venv), then run this again",
        )
    must_succeed(
        [program("python"), f"{wheels[-1]}/pip", "install", "--no-index", wheels[-1]],
        what="pip could not be installed into .venv",
        cure="install Python's venv module (Debian: python3-venv), then run this again",
        log=LOG,
        seconds=120,
    )


def _pip_wheels(root: Path) -> list[Path]:
    return sorted((root / "usr/share/python-wheels").glob("pip-*.whl"))


def _install() -> None:
    pinned: Words = ["--require-hashes", "-r", LOCK]
    members: Words = ["--no-deps", *(word for member in MEMBERS for word in ("-e", member))]
    pip: Words = [
        program("python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    say("Installing what requirements.lock pins …")
    if program("uv").exists() or succeeds([*pip, "uv"], log=LOG, seconds=180):
        uv: Words = [program("uv"), "pip", "install", "--quiet", "--python", program("python")]
        # Compiled once here instead of by each of the programs that start at the same time.
        if succeeds([*uv, "--compile-bytecode", *pinned], log=LOG, seconds=900) and succeeds(
            [*uv, *members], log=LOG, seconds=300
        ):
            return
        say("uv did not manage; trying plain pip, which takes a minute or two …")
    else:
        say("uv is not to be had; using plain pip, which takes a minute or two …")
    what = "pip could not install what requirements.lock pins"
    must_succeed([*pip, *pinned], what=what, cure=NETWORK, log=LOG, seconds=1800)
    what = "pip could not install Hedgerow's own packages"
    must_succeed([*pip, *members], what=what, cure=NETWORK, log=LOG, seconds=600)

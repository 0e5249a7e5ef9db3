"""Get a PostgreSQL with PostGIS onto this machine."""

import os
from pathlib import Path

from . import debian
from .places import PREFIX
from .postgres_programs import OLDEST, find_postgres
from .trouble import Trouble, say

PACKAGE = "postgresql-(1[5-9]|[2-9][0-9])-postgis-3"


def install_postgres() -> None:
    """Install PostgreSQL with PostGIS unless it is here: as root with apt, else privately."""
    if find_postgres():
        return
    cure = "install it by hand, or name a server in HEDGEROW_POSTGRES_URL"
    if not debian.has_apt():
        raise Trouble(
            f"There is no PostgreSQL {OLDEST}+ with PostGIS, and no apt to get one with.", cure
        )
    here = [f"postgresql-{home.name}-postgis-3" for home in Path("/usr/lib/postgresql").glob("*")]
    package = debian.newest(PACKAGE, preferred=here)
    if package is None:
        raise Trouble(f"apt offers no PostgreSQL {OLDEST}+ with PostGIS.", cure)
    if os.geteuid() == 0:
        say(f"Installing {package} (about a minute) …")
        debian.install([package])
    else:
        say(f"Unpacking {package} into {PREFIX} (about a minute, nothing outside changes) …")
        debian.unpack([package], PREFIX, afresh="postgresql")
        _link_extensions()
    if not find_postgres():
        raise Trouble(f"{package} was installed, but its programs are not where we look.", cure)


def _link_extensions() -> None:
    """Give extensions their plain names, which Debian's installation scripts would link."""
    for control in PREFIX.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():
            plain.symlink_to(control.name)

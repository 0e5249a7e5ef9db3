"""Everything that has to be on the machine before anything can start."""

import os

from . import debian
from .locks import one_set_up_at_a_time
from .postgres_install import install_postgres
from .python_env import install_python
from .trouble import say


def set_up() -> None:
    """Install what is missing; instant when nothing is."""
    with one_set_up_at_a_time():
        install_python()
        if os.environ.get("HEDGEROW_POSTGRES_URL"):
            say("Using the PostgreSQL that HEDGEROW_POSTGRES_URL names; installing none.")
        else:
            install_postgres()
        debian.tidy()

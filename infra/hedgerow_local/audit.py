"""`make audit`: go over the evidence of the local run."""

import os
import shlex
import subprocess

from .environment import Suite, make_keys
from .migrate import local_postgres
from .nats import running_nats_url
from .places import NATS_DIRECTORY, ROOT, program
from .trouble import Trouble

FAULTS = 2


def audit() -> None:
    """In the databases that are named, that run, or that are started for it. HEDGEROW_AUDIT_ARGS
    goes to `hedgerow audit verify`."""
    make_keys()
    words = shlex.split(os.environ.get("HEDGEROW_AUDIT_ARGS", ""))
    with local_postgres() as url:
        nats = os.environ.get("HEDGEROW_NATS_URL") or running_nats_url(NATS_DIRECTORY)
        suite = Suite(postgres_url=url, nats_url=nats, nats_admin_url=nats, nats_keys=None, port=0)
        done = subprocess.run(
            [str(program("hedgerow")), "audit", "verify", *words],
            env=dict(suite.for_audit()),
            cwd=ROOT,
            check=False,
        )
    if done.returncode == FAULTS:
        raise Trouble("The evidence has faults; they are above.", "docs/how-to/audit.md says more")
    if done.returncode != 0:
        raise Trouble("The audit could not be carried out; why stands above.", "mend that first")

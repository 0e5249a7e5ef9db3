"""Evidence of every change, and how new the rights of a caller must be."""

from hedgerow.access.migrations import add_access
from hedgerow.evidence.migrations import add_evidence

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    add_evidence()
    add_access()

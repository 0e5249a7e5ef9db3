"""What the request for a return, and the decision on it, rest on; returns by article.

Changes before this revision were made without a basis.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("rma_changes", sa.Column("basis", JSONB))
    op.create_index("rma_lines_sku", "rma_lines", ["tenant_id", "sku", "rma_id"])

"""Keep of each stock item whether its location passes orders on, and when it serves again.

What is below its safety level now begins as tripped; nobody is told, because nothing happened.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BELOW = """
    update stock set tripped_at = now(), tripped_kind = 'SAFETY_LEVEL', tripped_because = ''
    where on_hand - quality_hold - damaged - reserved - allocated < safety_level
"""


def upgrade() -> None:
    op.add_column(
        "stock",
        sa.Column("clear_percent", sa.Numeric, nullable=False, server_default=sa.text("0")),
    )
    op.add_column("stock", sa.Column("tripped_at", sa.DateTime(timezone=True)))
    op.add_column("stock", sa.Column("tripped_kind", sa.Text))
    op.add_column("stock", sa.Column("tripped_because", sa.Text))
    op.execute(BELOW)
    op.create_check_constraint("stock_clear_percent", "stock", "clear_percent between 0 and 1000")
    op.create_check_constraint(
        "stock_tripped", "stock", "num_nulls(tripped_at, tripped_kind, tripped_because) in (0, 3)"
    )
    op.create_index(
        "stock_tripped_by_sku",
        "stock",
        ["tenant_id", "sku", "location_id"],
        postgresql_where=sa.text("tripped_at is not null"),
    )

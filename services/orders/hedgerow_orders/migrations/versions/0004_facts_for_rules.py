"""What rules may ask of an order beside what it always said: urgency, grade, attributes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for column in (
        sa.Column("priority", sa.Text, nullable=False, server_default=sa.text("'NORMAL'")),
        sa.Column("customer_grade", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("attributes", JSONB, nullable=False, server_default=sa.text("'[]'")),
    ):
        op.add_column("orders", column)
    op.create_check_constraint("orders_priority", "orders", "priority in ('NORMAL', 'C', 'B', 'A')")

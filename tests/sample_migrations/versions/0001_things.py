import sqlalchemy as sa
from alembic import op
from hedgerow.transaction.migrations import begin
from hedgerow.transaction.tenancy import secure

revision = "0001"
down_revision = None


def upgrade() -> None:
    runtime = begin()
    op.create_table(
        "things",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("quantity", sa.Numeric, sa.CheckConstraint("quantity >= 0"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "heard",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    for statement in (
        *secure("things", runtime, plantless_insert=True),
        *secure("heard", runtime, plant=None, verbs="select, insert"),
    ):
        op.execute(statement)

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction import message_tables
from hedgerow.transaction.tenancy import create_app_schema, secure, secure_message_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    runtime = context.config.attributes["runtime"]
    metadata = sa.MetaData()
    message_tables(metadata)
    metadata.create_all(op.get_bind())
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
        *create_app_schema(runtime),
        *secure_message_tables(runtime),
        *secure("things", runtime, plantless_insert=True),
        *secure("heard", runtime, plant=None, verbs="select, insert"),
    ):
        op.execute(statement)

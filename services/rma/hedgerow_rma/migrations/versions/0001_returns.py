"""Delivered orders, returns with their lines, history and numbers, and the message tables."""

import sqlalchemy as sa
from alembic import op
from hedgerow.transaction.migrations import begin, create_key
from hedgerow.transaction.tenancy import secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

APPEND_ONLY = "select, insert"
LOCKABLE = "select, insert, update"


def upgrade() -> None:
    runtime = begin()
    _create_delivered_orders()
    _create_rmas()
    _create_rma_lines()
    _create_rma_changes()
    _create_rma_numbers()
    for statement in (
        *secure("delivered_orders", runtime, verbs=LOCKABLE),
        *secure("rmas", runtime, verbs=LOCKABLE),
        *secure("rma_lines", runtime, verbs=APPEND_ONLY),
        *secure("rma_changes", runtime, verbs=APPEND_ONLY),
        *secure("rma_numbers", runtime, plant=None, verbs=LOCKABLE),
    ):
        op.execute(statement)


def _create_delivered_orders() -> None:
    op.create_table(
        "delivered_orders",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("customer", JSONB, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name="delivered_orders_pkey"),
        comment="what may come back: a projection of OrderDelivered",
    )


def _create_rmas() -> None:
    op.create_table(
        "rmas",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("rma_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("order_number", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("inspected", JSONB, nullable=False),
        sa.Column("location_id", sa.Uuid),
        sa.Column("location_plant_id", sa.Uuid),
        sa.Column("decision_note", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="rmas_number"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["delivered_orders.tenant_id", "delivered_orders.order_id"],
            name="rmas_order",
        ),
        sa.CheckConstraint(
            "state in ('REVIEW', 'APPROVED', 'REJECTED', 'RECEIVED', 'ACCEPTED', 'REFUSED')",
            name="rmas_state",
        ),
        sa.CheckConstraint("version > 0", name="rmas_version"),
        sa.CheckConstraint(
            "(location_id is null) = (location_plant_id is null)", name="rmas_location_has_plant"
        ),
    )
    newest = [sa.text("requested_at desc"), sa.text("rma_id desc")]
    op.create_index("rmas_of_order", "rmas", ["tenant_id", "order_id", "requested_at"])
    op.create_index("rmas_newest", "rmas", ["tenant_id", *newest])
    op.create_index("rmas_newest_of_plant", "rmas", ["tenant_id", "plant_id", *newest])
    create_key("rmas", "tenant_id", "rma_id")


def _create_rma_lines() -> None:
    op.create_table(
        "rma_lines",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("rma_id", sa.Uuid, nullable=False),
        sa.Column("line_no", sa.Integer, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("custom", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "rma_id", "line_no", name="rma_lines_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rma_id"], ["rmas.tenant_id", "rmas.rma_id"], name="rma_lines_rma"
        ),
        sa.CheckConstraint("quantity > 0", name="rma_lines_quantity"),
    )


def _create_rma_changes() -> None:
    op.create_table(
        "rma_changes",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("rma_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "rma_id", "version", name="rma_changes_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rma_id"], ["rmas.tenant_id", "rmas.rma_id"], name="rma_changes_rma"
        ),
        comment="append-only: one row for every version of a return",
    )


def _create_rma_numbers() -> None:
    op.create_table(
        "rma_numbers",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", name="rma_numbers_pkey"),
        sa.CheckConstraint("last > 0", name="rma_numbers_last"),
    )

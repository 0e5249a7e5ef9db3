"""Orders, their lines and history, order numbers, known SKUs.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from hedgerow.transaction.migrations import begin, create_key
from hedgerow.transaction.tenancy import secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    runtime = begin()
    create_orders()
    create_order_lines()
    create_order_changes()
    create_order_numbers()
    create_known_skus()
    follows = "select, insert, update (plant_id)"
    for statement in (
        *secure("orders", runtime, plantless_insert=True, verbs="select, insert, update"),
        *secure("order_lines", runtime, plantless_insert=True, verbs=follows),
        *secure("order_changes", runtime, plantless_insert=True, verbs=follows),
        *secure("order_numbers", runtime, plant=None, verbs="select, insert, update"),
        *secure("known_skus", runtime, plant=None, verbs="select, insert, update"),
    ):
        op.execute(statement)


def create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("customer_code", sa.Text, nullable=False),
        sa.Column("customer_name", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("lon", sa.Double, nullable=False),
        sa.Column("lat", sa.Double, nullable=False),
        sa.Column("given_lon", sa.Double, nullable=False),
        sa.Column("given_lat", sa.Double, nullable=False),
        sa.Column("given_datum", sa.Text, nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True)),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sourcing", sa.Text, nullable=False),
        sa.Column("milestones", JSONB, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("decision_id", sa.Uuid),
        sa.Column("shortages", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("unroutable", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("kit_lock_pending", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("signer", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("cancellation", JSONB),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="orders_number"),
        sa.CheckConstraint("type in ('MTO')", name="orders_type"),
        sa.CheckConstraint(
            "state in ('PENDING_REVIEW', 'KIT_LOCKED', 'IN_PRODUCTION', 'QUALITY_RELEASED', "
            "'SIGNED', 'CANCELLED')",
            name="orders_state",
        ),
        sa.CheckConstraint(
            "sourcing in ('PENDING', 'RESERVED', 'SHORT', 'UNROUTABLE', 'RELEASED')",
            name="orders_sourcing",
        ),
        sa.CheckConstraint("given_datum in ('WGS84', 'GCJ02', 'BD09')", name="orders_datum"),
        sa.CheckConstraint(
            "plant_id is not null or sourcing not in ('RESERVED', 'SHORT')", name="orders_sourced"
        ),
        sa.CheckConstraint(
            "state in ('PENDING_REVIEW', 'CANCELLED') or sourcing = 'RESERVED'",
            name="orders_produced",
        ),
        sa.CheckConstraint(
            "(state = 'SIGNED') = (delivered_at is not null and signer <> '')",
            name="orders_signed",
        ),
        sa.CheckConstraint(
            "(state = 'CANCELLED') = (cancellation is not null)", name="orders_cancelled"
        ),
        sa.CheckConstraint(
            "not kit_lock_pending or state = 'PENDING_REVIEW'", name="orders_pending"
        ),
        sa.CheckConstraint("version > 0", name="orders_version"),
    )
    op.create_index("orders_placed", "orders", ["tenant_id", "placed_at", "id"])
    op.create_index("orders_plant_placed", "orders", ["tenant_id", "plant_id", "placed_at", "id"])
    op.create_index(
        "orders_customer_placed", "orders", ["tenant_id", "customer_code", "placed_at", "id"]
    )
    create_key("orders", "tenant_id", "id")


def create_order_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("line_no", sa.Integer, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("price_amount", sa.Numeric),
        sa.Column("price_currency", sa.Text),
        sa.Column("custom", sa.Boolean, nullable=False),
        sa.CheckConstraint("line_no > 0", name="order_lines_line_no"),
        sa.CheckConstraint("quantity > 0 and quantity < 1e12", name="order_lines_quantity"),
        sa.CheckConstraint("price_amount >= 0 and price_amount < 1e12", name="order_lines_price"),
        sa.CheckConstraint(
            "(price_amount is null) = (price_currency is null)", name="order_lines_currency"
        ),
    )
    op.create_index("order_lines_sku", "order_lines", ["tenant_id", "sku", "order_id"])
    create_key("order_lines", "tenant_id", "order_id", "line_no")
    op.create_foreign_key(
        "order_lines_order",
        "order_lines",
        "orders",
        ["tenant_id", "order_id"],
        ["tenant_id", "id"],
    )


def create_order_changes() -> None:
    op.create_table(
        "order_changes",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("basis", JSONB),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "version", name="order_changes_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["orders.tenant_id", "orders.id"],
            name="order_changes_order",
        ),
        sa.CheckConstraint("version > 0", name="order_changes_version"),
    )


def create_order_numbers() -> None:
    op.create_table(
        "order_numbers",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", name="order_numbers_pkey"),
        sa.CheckConstraint("last > 0", name="order_numbers_last"),
    )


def create_known_skus() -> None:
    op.create_table(
        "known_skus",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("custom", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sku", name="known_skus_pkey"),
    )

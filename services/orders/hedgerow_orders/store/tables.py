"""The tables of the orders service. Decimals are plain numeric; states are text with a check."""

from __future__ import annotations

from hedgerow.access import access_tables
from hedgerow.evidence import evidence_tables
from hedgerow.transaction import message_tables
from hedgerow.transaction.numbers import Numbers
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
messages = message_tables(metadata)
evidence = evidence_tables(metadata)
access = access_tables(metadata)

# What was submitted, then what changes. The number sorts byte by byte, so that the numbers with
# one prefix are a stretch of its index.
orders = Table(
    "orders",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("number", Text(collation="C"), nullable=False),
    Column("type", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("customer_code", Text, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("given_lon", Double, nullable=False),
    Column("given_lat", Double, nullable=False),
    Column("given_datum", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("promised_at", DateTime(timezone=True)),
    Column("submitted_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sourcing", Text, nullable=False),
    Column("milestones", JSONB, nullable=False),
    Column("plant_id", Uuid),
    Column("decision_id", Uuid),
    Column("shortages", JSONB, nullable=False, server_default=text("'[]'")),
    Column("unroutable", Text, nullable=False, server_default=text("''")),
    Column("kit_lock_pending", Boolean, nullable=False, server_default=text("false")),
    Column("delivered_at", DateTime(timezone=True)),
    Column("signer", Text, nullable=False, server_default=text("''")),
    Column("cancellation", JSONB),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("priority", Text, nullable=False, server_default=text("'NORMAL'")),
    Column("customer_grade", Text, nullable=False, server_default=text("''")),
    Column("attributes", JSONB, nullable=False, server_default=text("'[]'")),
    PrimaryKeyConstraint("tenant_id", "id", name="orders_pkey"),
    UniqueConstraint("tenant_id", "number", name="orders_number"),
    CheckConstraint("type in ('MTO')", name="orders_type"),
    CheckConstraint("priority in ('NORMAL', 'C', 'B', 'A')", name="orders_priority"),
    CheckConstraint(
        "state in ('PENDING_REVIEW', 'KIT_LOCKED', 'IN_PRODUCTION', 'QUALITY_RELEASED', "
        "'SIGNED', 'CANCELLED')",
        name="orders_state",
    ),
    CheckConstraint(
        "sourcing in ('PENDING', 'RESERVED', 'SHORT', 'UNROUTABLE', 'RELEASED')",
        name="orders_sourcing",
    ),
    CheckConstraint("given_datum in ('WGS84', 'GCJ02', 'BD09')", name="orders_datum"),
    CheckConstraint(
        "plant_id is not null or sourcing not in ('RESERVED', 'SHORT')", name="orders_sourced"
    ),
    CheckConstraint(
        "state in ('PENDING_REVIEW', 'CANCELLED') or sourcing = 'RESERVED'",
        name="orders_produced",
    ),
    CheckConstraint(
        "(state = 'SIGNED') = (delivered_at is not null and signer <> '')", name="orders_signed"
    ),
    CheckConstraint("(state = 'CANCELLED') = (cancellation is not null)", name="orders_cancelled"),
    CheckConstraint("not kit_lock_pending or state = 'PENDING_REVIEW'", name="orders_pending"),
    CheckConstraint("version > 0", name="orders_version"),
    Index("orders_placed", "tenant_id", "placed_at", "id"),
    Index("orders_plant_placed", "tenant_id", "plant_id", "placed_at", "id"),
    Index("orders_customer_placed", "tenant_id", "customer_code", "placed_at", "id"),
)

# plant_id follows the order's when it is assigned; nothing else of a line changes.
order_lines = Table(
    "order_lines",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("plant_id", Uuid),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("price_amount", Numeric),
    Column("price_currency", Text),
    Column("custom", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "order_id", "line_no", name="order_lines_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"], name="order_lines_order"
    ),
    CheckConstraint("line_no > 0", name="order_lines_line_no"),
    CheckConstraint("quantity > 0 and quantity < 1e12", name="order_lines_quantity"),
    CheckConstraint("price_amount >= 0 and price_amount < 1e12", name="order_lines_price"),
    CheckConstraint(
        "(price_amount is null) = (price_currency is null)", name="order_lines_currency"
    ),
    Index("order_lines_sku", "tenant_id", "sku", "order_id"),
)

# Append-only: plant_id follows the order's when it is assigned, and no row is ever removed.
order_changes = Table(
    "order_changes",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("plant_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("basis", JSONB),
    PrimaryKeyConstraint("tenant_id", "order_id", "version", name="order_changes_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"], name="order_changes_order"
    ),
    CheckConstraint("version > 0", name="order_changes_version"),
)

order_numbers = Numbers("order_numbers", metadata, letters="HY")

# What inventory has announced of its SKUs.
known_skus = Table(
    "known_skus",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("custom", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "sku", name="known_skus_pkey"),
)

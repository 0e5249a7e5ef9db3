"""The tables of this service."""

from __future__ import annotations

from hedgerow.access import access_tables
from hedgerow.contracts.rma import RmaState
from hedgerow.evidence import evidence_tables
from hedgerow.transaction import message_tables
from hedgerow.transaction.numbers import Numbers
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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

_STATES = ", ".join(f"'{state}'" for state in RmaState)

delivered_orders = Table(
    "delivered_orders",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("number", Text, nullable=False),
    Column("customer", JSONB, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("delivered_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "order_id", name="delivered_orders_pkey"),
    comment="what may come back: a projection of OrderDelivered",
)

rmas = Table(
    "rmas",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("rma_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("number", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("inspected", JSONB, nullable=False),
    Column("location_id", Uuid),
    Column("location_plant_id", Uuid),
    Column("decision_note", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "rma_id", name="rmas_pkey"),
    UniqueConstraint("tenant_id", "number", name="rmas_number"),
    ForeignKeyConstraint(
        ["tenant_id", "order_id"],
        ["delivered_orders.tenant_id", "delivered_orders.order_id"],
        name="rmas_order",
    ),
    CheckConstraint(f"state in ({_STATES})", name="rmas_state"),
    CheckConstraint("version > 0", name="rmas_version"),
    CheckConstraint(
        "(location_id is null) = (location_plant_id is null)", name="rmas_location_has_plant"
    ),
    Index("rmas_of_order", "tenant_id", "order_id", "requested_at"),
    Index("rmas_newest", "tenant_id", text("requested_at desc"), text("rma_id desc")),
    Index(
        "rmas_newest_of_plant",
        "tenant_id",
        "plant_id",
        text("requested_at desc"),
        text("rma_id desc"),
    ),
)

rma_lines = Table(
    "rma_lines",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("rma_id", Uuid, nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("custom", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "rma_id", "line_no", name="rma_lines_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "rma_id"], ["rmas.tenant_id", "rmas.rma_id"], name="rma_lines_rma"
    ),
    CheckConstraint("quantity > 0", name="rma_lines_quantity"),
    Index("rma_lines_sku", "tenant_id", "sku", "rma_id"),
)

rma_changes = Table(
    "rma_changes",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("rma_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("step", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("basis", JSONB),
    PrimaryKeyConstraint("tenant_id", "rma_id", "version", name="rma_changes_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "rma_id"], ["rmas.tenant_id", "rmas.rma_id"], name="rma_changes_rma"
    ),
    comment="append-only: one row for every version of a return",
)

rma_numbers = Numbers("rma_numbers", metadata, letters="RMA")

"""The tables of the inventory service.

Stock and ledger belong to the location's plant; reservations to the order's. What the whole
tenant shares (SKUs, which plant a location belongs to) has no plant.
"""

from __future__ import annotations

from hedgerow.access import access_tables
from hedgerow.evidence import evidence_tables
from hedgerow.transaction import message_tables
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
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

metadata = MetaData()
messages = message_tables(metadata)
evidence = evidence_tables(metadata)
access = access_tables(metadata)

# Codes sort by their bytes, the same on every server.
Code = Text(collation="C")

COUNTERS = ("on_hand", "reserved", "allocated", "quality_hold", "damaged")
TRIP = ("tripped_at", "tripped_kind", "tripped_because")

skus = Table(
    "skus",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("sku", Code, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("item_class", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "sku", name="skus_pkey"),
    CheckConstraint("item_class in ('REGULAR', 'CUSTOM')", name="skus_item_class"),
)

locations = Table(
    "locations",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("location_plant_id", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant_id", "location_id", name="locations_pkey"),
    UniqueConstraint("tenant_id", "location_id", "location_plant_id", name="locations_plant"),
)

stock = Table(
    "stock",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("sku", Code, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    *(Column(name, Numeric, nullable=False, server_default=text("0")) for name in COUNTERS),
    Column("safety_level", Numeric, nullable=False, server_default=text("0")),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("clear_percent", Numeric, nullable=False, server_default=text("0")),
    Column("tripped_at", DateTime(timezone=True)),
    Column("tripped_kind", Text),
    Column("tripped_because", Text),
    PrimaryKeyConstraint("tenant_id", "location_id", "sku", name="stock_pkey"),
    ForeignKeyConstraint(["tenant_id", "sku"], ["skus.tenant_id", "skus.sku"], name="stock_sku"),
    ForeignKeyConstraint(
        ["tenant_id", "location_id", "plant_id"],
        ["locations.tenant_id", "locations.location_id", "locations.location_plant_id"],
        name="stock_location",
    ),
    *(CheckConstraint(f"{name} >= 0", name=f"stock_{name}") for name in COUNTERS),
    CheckConstraint("safety_level >= 0", name="stock_safety_level"),
    CheckConstraint(
        "reserved + allocated + quality_hold + damaged <= on_hand", name="stock_not_oversold"
    ),
    CheckConstraint("clear_percent between 0 and 1000", name="stock_clear_percent"),
    CheckConstraint(
        "num_nulls(tripped_at, tripped_kind, tripped_because) in (0, 3)", name="stock_tripped"
    ),
    Index("stock_by_sku", "tenant_id", "sku", "location_id"),
    Index(
        "stock_tripped_by_sku",
        "tenant_id",
        "sku",
        "location_id",
        postgresql_where=text("tripped_at is not null"),
    ),
)

stock_ledger = Table(
    "stock_ledger",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("entry_id", BigInteger, Identity(always=True), nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("sku", Code, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    *(Column(name, Numeric, nullable=False, server_default=text("0")) for name in COUNTERS),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "entry_id", name="stock_ledger_pkey"),
    CheckConstraint(
        "kind in ('RECEIPT', 'ADJUSTMENT', 'RESERVATION', 'RELEASE', 'ALLOCATION', 'ISSUE', "
        "'RETURN', 'SAFETY_LEVEL')",
        name="stock_ledger_kind",
    ),
    Index("stock_ledger_by_sku", "tenant_id", "sku", "entry_id"),
    Index("stock_ledger_by_location", "tenant_id", "location_id", "entry_id"),
    Index("stock_ledger_by_reference", "tenant_id", "reference", "entry_id"),
)

reservation_sets = Table(
    "reservation_sets",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("plant_id", Uuid),
    Column("decision_id", Uuid),
    Column("state", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "order_id", name="reservation_sets_pkey"),
    CheckConstraint(
        "state in ('HELD', 'SHORT', 'LOCKED', 'ISSUED', 'RELEASED', 'CANCELLED')",
        name="reservation_sets_state",
    ),
    CheckConstraint(
        "state = 'CANCELLED' or (plant_id is not null and decision_id is not null)",
        name="reservation_sets_routed",
    ),
)

reservations = Table(
    "reservations",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("sku", Code, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("location_plant_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "order_id", "line_no", name="reservations_pkey"),
    CheckConstraint("quantity > 0", name="reservations_quantity"),
    CheckConstraint(
        "state in ('HELD', 'ALLOCATED', 'ISSUED', 'RELEASED')", name="reservations_state"
    ),
)

supplies = Table(
    "supplies",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("supply_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("sku", Code, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("reference", Text, nullable=False),
    Column("received_at", DateTime(timezone=True)),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "supply_id", name="supplies_pkey"),
    ForeignKeyConstraint(["tenant_id", "sku"], ["skus.tenant_id", "skus.sku"], name="supplies_sku"),
    ForeignKeyConstraint(
        ["tenant_id", "location_id", "plant_id"],
        ["locations.tenant_id", "locations.location_id", "locations.location_plant_id"],
        name="supplies_location",
    ),
    CheckConstraint("quantity > 0", name="supplies_quantity"),
    Index(
        "supplies_open",
        "tenant_id",
        "sku",
        "due_at",
        postgresql_where=text("received_at is null"),
    ),
    Index("supplies_by_sku", "tenant_id", "sku", "supply_id"),
)

returns = Table(
    "returns",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("rma_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "rma_id", name="returns_pkey"),
    Index("returns_by_order", "tenant_id", "order_id", "rma_id"),
)

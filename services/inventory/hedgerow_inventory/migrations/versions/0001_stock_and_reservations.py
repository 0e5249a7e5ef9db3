"""SKUs, locations, stock with its ledger, reservations, supplies, returns.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from hedgerow.transaction.migrations import begin, create_key
from hedgerow.transaction.tenancy import secure

revision = "0001"
down_revision = None

COUNTERS = ("on_hand", "reserved", "allocated", "quality_hold", "damaged")
APPEND_ONLY = "select, insert"
KEPT = "select, insert, update"


def upgrade() -> None:
    runtime = begin()
    create_skus()
    create_locations()
    create_stock()
    create_stock_ledger()
    create_reservation_sets()
    create_reservations()
    create_supplies()
    create_returns()
    for statement in (
        *secure("skus", runtime, plant=None, verbs=KEPT),
        *secure("locations", runtime, plant=None, verbs=APPEND_ONLY),
        *secure("stock", runtime, verbs=KEPT),
        *secure("stock_ledger", runtime, verbs=APPEND_ONLY),
        *secure("reservation_sets", runtime, verbs=KEPT),
        *secure("reservations", runtime, verbs=KEPT),
        *secure("supplies", runtime, verbs=KEPT),
        *secure("returns", runtime, verbs=APPEND_ONLY),
    ):
        op.execute(statement)


def create_skus() -> None:
    op.create_table(
        "skus",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("item_class", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sku", name="skus_pkey"),
        sa.CheckConstraint("item_class in ('REGULAR', 'CUSTOM')", name="skus_item_class"),
    )


def create_locations() -> None:
    op.create_table(
        "locations",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("location_plant_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", name="locations_pkey"),
        sa.UniqueConstraint(
            "tenant_id", "location_id", "location_plant_id", name="locations_plant"
        ),
    )


def create_stock() -> None:
    levels = (*COUNTERS, "safety_level")
    op.create_table(
        "stock",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        *(
            sa.Column(name, sa.Numeric, nullable=False, server_default=sa.text("0"))
            for name in levels
        ),
        sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _of_sku("stock_sku"),
        _of_location("stock_location"),
        *(sa.CheckConstraint(f"{name} >= 0", name=f"stock_{name}") for name in levels),
        sa.CheckConstraint(
            "reserved + allocated + quality_hold + damaged <= on_hand", name="stock_not_oversold"
        ),
    )
    op.create_index("stock_by_sku", "stock", ["tenant_id", "sku", "location_id"])
    create_key("stock", "tenant_id", "location_id", "sku")


def create_stock_ledger() -> None:
    op.create_table(
        "stock_ledger",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Numeric, nullable=False, server_default=sa.text("0"))
            for name in COUNTERS
        ),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name="stock_ledger_pkey"),
        sa.CheckConstraint(
            "kind in ('RECEIPT', 'ADJUSTMENT', 'RESERVATION', 'RELEASE', 'ALLOCATION', 'ISSUE', "
            "'RETURN', 'SAFETY_LEVEL')",
            name="stock_ledger_kind",
        ),
    )
    for name, column in (
        ("stock_ledger_by_sku", "sku"),
        ("stock_ledger_by_location", "location_id"),
        ("stock_ledger_by_reference", "reference"),
    ):
        op.create_index(name, "stock_ledger", ["tenant_id", column, "entry_id"])


def create_reservation_sets() -> None:
    op.create_table(
        "reservation_sets",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("decision_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name="reservation_sets_pkey"),
        sa.CheckConstraint(
            "state in ('HELD', 'SHORT', 'LOCKED', 'ISSUED', 'RELEASED', 'CANCELLED')",
            name="reservation_sets_state",
        ),
        sa.CheckConstraint(
            "state = 'CANCELLED' or (plant_id is not null and decision_id is not null)",
            name="reservation_sets_routed",
        ),
    )


def create_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("line_no", sa.Integer, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("location_plant_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "line_no", name="reservations_pkey"),
        sa.CheckConstraint("quantity > 0", name="reservations_quantity"),
        sa.CheckConstraint(
            "state in ('HELD', 'ALLOCATED', 'ISSUED', 'RELEASED')", name="reservations_state"
        ),
    )


def create_supplies() -> None:
    op.create_table(
        "supplies",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("supply_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True)),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "supply_id", name="supplies_pkey"),
        _of_sku("supplies_sku"),
        _of_location("supplies_location"),
        sa.CheckConstraint("quantity > 0", name="supplies_quantity"),
    )
    op.create_index(
        "supplies_open",
        "supplies",
        ["tenant_id", "sku", "due_at"],
        postgresql_where=sa.text("received_at is null"),
    )


def create_returns() -> None:
    op.create_table(
        "returns",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("rma_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "rma_id", name="returns_pkey"),
    )


def _of_sku(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "sku"], ["skus.tenant_id", "skus.sku"], name=name)


def _of_location(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "location_id", "plant_id"],
        ["locations.tenant_id", "locations.location_id", "locations.location_plant_id"],
        name=name,
    )

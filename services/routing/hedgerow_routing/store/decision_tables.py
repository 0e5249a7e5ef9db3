"""What was decided of each order."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from .tables import metadata

# closed_at is when the order was delivered or cancelled; empty for those that had ended before it was
# kept. facts are what conditions of rules may ask about the order; decisions from before they were kept
# have none. rule_id, fence_id and limits_version name what decided, of what `rules` and `assignment` tell, so
# that the decisions of one version can be found. Their indexes end with the plant: a reader's own are
# told apart without a look at the rows.
decisions = Table(
    "decisions",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("decision_id", Uuid, nullable=False),
    Column("plant_id", Uuid),
    Column("order_id", Uuid, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("assignment", JSONB, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("chain", JSONB, nullable=False),
    Column("safety_test", Text),
    Column("result", Text, nullable=False),
    Column("seen", JSONB, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("rule_id", Uuid),
    Column("fence_id", Uuid),
    Column("limits_version", Integer),
    Column("left_out", JSONB, nullable=False, server_default=text("'[]'")),
    Column("max_locations", Integer),
    Column("sla_hours", Integer),
    Column("facts", JSONB(none_as_null=True)),
    Column("release", Integer),
    Column("closed_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "decision_id", name="decisions_pkey"),
    UniqueConstraint("tenant_id", "order_id", name="decisions_order"),
    CheckConstraint("safety_test in ('CURRENT', 'AFTER')", name="decisions_safety_test"),
    CheckConstraint(
        "result in ('PENDING', 'ASSIGNED', 'OVERFLOWED', 'SHORT', 'UNROUTABLE', 'CANCELLED')",
        name="decisions_result",
    ),
    CheckConstraint("(result = 'UNROUTABLE') = (plant_id is null)", name="decisions_plant"),
    CheckConstraint("(result = 'PENDING') = (settled_at is null)", name="decisions_settled"),
    Index(
        "decisions_by_time",
        "tenant_id",
        "decided_at",
        "decision_id",
        postgresql_where=text("decided_at is not null"),
    ),
    Index(
        "decisions_of_rule",
        "tenant_id",
        "rule_id",
        "decided_at",
        "plant_id",
        postgresql_where=text("rule_id is not null"),
    ),
    Index(
        "decisions_of_fence",
        "tenant_id",
        "fence_id",
        postgresql_where=text("fence_id is not null"),
    ),
    Index(
        "decisions_of_limits",
        "tenant_id",
        "limits_version",
        "plant_id",
        postgresql_where=text("limits_version is not null"),
    ),
)

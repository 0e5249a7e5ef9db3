"""Releases, each tenant's count of them, and its gate."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
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

# change_keys are those of the changes, for lists, which leave the changes out. That a release is retired follows from `last` of its tenant's series: who publishes for one plant
# need not touch a row that is another's.
releases = Table(
    "releases",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("release_id", Uuid, nullable=False),
    Column("plant_id", Uuid),
    Column("number", Integer),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("change_keys", ARRAY(Text), nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
    Column("edited_version", Integer, nullable=False),
    Column("simulation_id", Uuid),
    Column("simulated_base", Integer),
    Column("override", JSONB(none_as_null=True)),
    Column("published_by", Text, nullable=False, server_default=text("''")),
    Column("published_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    UniqueConstraint("tenant_id", "number", name="releases_number"),
    UniqueConstraint("tenant_id", "number", name="releases_number"),
    Index("releases_newest", "tenant_id", "created_at", "release_id"),
    PrimaryKeyConstraint("tenant_id", "release_id", name="releases_pkey"),
    CheckConstraint("state in ('DRAFT', 'SIMULATED', 'PUBLISHED')", name="releases_state"),
    CheckConstraint(
        "(state = 'PUBLISHED') = (number is not null)"
        " and (number is null) = (published_at is null)",
        name="releases_published",
    ),
    CheckConstraint(
        "(simulation_id is null) = (simulated_base is null)"
        " and (state <> 'SIMULATED' or simulation_id is not null)",
        name="releases_simulated",
    ),
)

release_series = Table(
    "release_series",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", name="release_series_pkey"),
    CheckConstraint("last >= 0", name="release_series_last"),
)

release_gates = Table(
    "release_gates",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("gate", Text, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", name="release_gates_pkey"),
    CheckConstraint("gate in ('OPEN', 'CLOSED')", name="release_gates_gate"),
)

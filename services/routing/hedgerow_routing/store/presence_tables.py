"""Which acts need presence, and every position that was looked at."""

from __future__ import annotations

from hedgerow.transaction.numbers import Numbers
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
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

# Versions, as fences and rules are. What every service keeps of them is `presence_policies`.
presence_policy_versions = Table(
    "presence_policy_versions",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("acts", ARRAY(Text), nullable=False),
    Column("published_by", Text, nullable=False),
    Column("active_from", DateTime(timezone=True), nullable=False),
    Column("active_to", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "plant_id", "version", name="presence_policy_versions_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "plant_id"],
        ["plants.tenant_id", "plants.plant_id"],
        name="presence_policy_versions_plant",
    ),
    CheckConstraint("active_to >= active_from", name="presence_policy_versions_period"),
    Index(
        "presence_policy_versions_in_force",
        "tenant_id",
        "plant_id",
        unique=True,
        postgresql_where=text("active_to is null"),
    ),
)

# A nonce is good once for each subject, wherever and whenever they used it.
presence_attestations = Table(
    "presence_attestations",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("attestation_id", Uuid, nullable=False),
    Column("number", Text(collation="C"), nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("subject", Text(collation="C"), nullable=False),
    Column("act", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("lon", DOUBLE_PRECISION, nullable=False),
    Column("lat", DOUBLE_PRECISION, nullable=False),
    Column("datum", Text, nullable=False),
    Column("wgs84_lon", DOUBLE_PRECISION, nullable=False),
    Column("wgs84_lat", DOUBLE_PRECISION, nullable=False),
    Column("accuracy_m", DOUBLE_PRECISION, nullable=False),
    Column("fixed_at", DateTime(timezone=True), nullable=False),
    Column("nonce", Text(collation="C"), nullable=False),
    Column("distance_m", DOUBLE_PRECISION),
    Column("attested_at", DateTime(timezone=True), nullable=False),
    Column("confirmation", JSONB(none_as_null=True)),
    Column("confirmed_by", Text, nullable=False, server_default=text("''")),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("used_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "attestation_id", name="presence_attestations_pkey"),
    UniqueConstraint("tenant_id", "number", name="presence_attestations_number"),
    UniqueConstraint("tenant_id", "subject", "nonce", name="presence_attestations_nonce"),
    ForeignKeyConstraint(
        ["tenant_id", "plant_id"],
        ["plants.tenant_id", "plants.plant_id"],
        name="presence_attestations_plant",
    ),
    CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="presence_attestations_datum"),
    CheckConstraint(
        "verdict in ('INSIDE', 'OUTSIDE', 'UNCERTAIN', 'CONFIRMED')",
        name="presence_attestations_verdict",
    ),
    CheckConstraint(
        "(confirmed_at is null) = (confirmed_by = '') and confirmed_by <> subject"
        " and (confirmed_at is null or verdict in ('UNCERTAIN', 'CONFIRMED'))",
        name="presence_attestations_confirmed",
    ),
    CheckConstraint(
        "used_at is null or confirmed_at is not null and verdict = 'UNCERTAIN'",
        name="presence_attestations_used",
    ),
)

attestation_numbers = Numbers("attestation_numbers", metadata, letters="PC")

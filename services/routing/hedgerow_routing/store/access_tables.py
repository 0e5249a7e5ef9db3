"""Who may do what, and who was refused: areas, memberships, claims and cases."""

from __future__ import annotations

from hedgerow.transaction.numbers import Numbers
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from .tables import metadata

areas = Table(
    "areas",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("area_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "area_id", name="areas_pkey"),
    UniqueConstraint("tenant_id", "code", name="areas_code"),
)

# Kept for ever. A caller sees those of their plants, of areas with one of their plants, and those
# of the whole tenant; beyond these only a function of the owner looks.
memberships = Table(
    "memberships",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("membership_id", Uuid, nullable=False),
    Column("subject", Text(collation="C"), nullable=False),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("plant_id", Uuid),
    Column("area_id", Uuid),
    Column("basis", JSONB, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("revocation", JSONB(none_as_null=True)),
    Column("revoked_by", Text, nullable=False, server_default=text("''")),
    Column("revoked_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "membership_id", name="memberships_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "plant_id"], ["plants.tenant_id", "plants.plant_id"], name="memberships_plant"
    ),
    ForeignKeyConstraint(
        ["tenant_id", "area_id"], ["areas.tenant_id", "areas.area_id"], name="memberships_area"
    ),
    CheckConstraint("scope in ('TENANT', 'AREA', 'PLANT')", name="memberships_scope"),
    CheckConstraint(
        "(scope = 'PLANT') = (plant_id is not null) and (scope = 'AREA') = (area_id is not null)",
        name="memberships_reach",
    ),
    CheckConstraint(
        "(revoked_at is null) = (revocation is null) and (revoked_at is null) = (revoked_by = '')",
        name="memberships_revoked",
    ),
    Index(
        "memberships_active",
        "tenant_id",
        "subject",
        "role",
        "plant_id",
        "area_id",
        unique=True,
        postgresql_where=text("revoked_at is null"),
        postgresql_nulls_not_distinct=True,
    ),
    Index("memberships_of_subject", "tenant_id", "subject", "granted_at"),
    Index("memberships_granted", "tenant_id", "granted_at", "membership_id"),
)

# What each user's token brought last, as one value: the gateway tells all of it at once. Only
# those who see the whole tenant read the table.
claimed_roles = Table(
    "claimed_roles",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("subject", Text(collation="C"), nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "subject", name="claimed_roles_pkey"),
)

# What was asked for need not exist, so plant_id refers to nothing.
access_cases = Table(
    "access_cases",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("number", Text(collation="C"), nullable=False),
    Column("plant_id", Uuid),
    Column("subject", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("asked", ARRAY(Text), nullable=False),
    Column("permission", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "number", name="access_cases_pkey"),
)

access_case_numbers = Numbers("access_case_numbers", metadata, letters="AC")

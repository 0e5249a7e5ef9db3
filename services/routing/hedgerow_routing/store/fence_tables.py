"""When which version of a fence is valid, as known when; and imported divisions."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    DOUBLE_PRECISION,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from .tables import metadata

_KNOWN = text("recorded_to is null")

# A row says: from recorded_from to recorded_to it was known that this version is valid from valid_from
# to valid_to. Only recorded_to is ever written again, once. bounds is a box around the ground, the
# key of the look-up by place, which presence fences are no part of.
fence_periods = Table(
    "fence_periods",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("period_id", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("fence_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_to", DateTime(timezone=True)),
    Column("recorded_from", DateTime(timezone=True), nullable=False),
    Column("recorded_to", DateTime(timezone=True)),
    Column("valid", TSTZRANGE, Computed("tstzrange(valid_from, valid_to)", persisted=True)),
    Column(
        "recorded", TSTZRANGE, Computed("tstzrange(recorded_from, recorded_to)", persisted=True)
    ),
    Column("bounds", Geometry("POLYGON", srid=4326, spatial_index=False)),
    PrimaryKeyConstraint("tenant_id", "period_id", name="fence_periods_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "fence_id"],
        ["fences.tenant_id", "fences.fence_id"],
        name="fence_periods_fence",
    ),
    CheckConstraint("valid_to > valid_from", name="fence_periods_valid"),
    CheckConstraint("recorded_to >= recorded_from", name="fence_periods_recorded"),
    CheckConstraint("(kind = 'PRESENCE') = (bounds is null)", name="fence_periods_bounds"),
    ExcludeConstraint(
        ("tenant_id", "="),
        ("plant_id", "="),
        ("kind", "="),
        ("name", "="),
        ("valid", "&&"),
        ("recorded", "&&"),
        name="fence_periods_one_truth",
    ),
    Index("fence_periods_of_plant", "tenant_id", "plant_id", "kind", "name"),
    Index(
        "fence_periods_place", "bounds", "valid", postgresql_using="gist", postgresql_where=_KNOWN
    ),
)

# The newest boundary of a code is the one with the highest version, which is that of its import.
divisions = Table(
    "divisions",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("code", Text(collation="C"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("area_m2", DOUBLE_PRECISION, nullable=False),
    Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
    PrimaryKeyConstraint("tenant_id", "code", "version", name="divisions_pkey"),
    ForeignKeyConstraint(
        ["tenant_id", "version"],
        ["division_imports.tenant_id", "division_imports.version"],
        name="divisions_import",
    ),
)

division_imports = Table(
    "division_imports",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("datum", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("imported_by", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "version", name="division_imports_pkey"),
    CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="division_imports_datum"),
)

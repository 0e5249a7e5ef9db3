"""Routing's tables. Fences, rules and limits are versions: one is in force, none is edited."""

from __future__ import annotations

from geoalchemy2 import Geometry
from hedgerow.access import access_tables
from hedgerow.evidence import evidence_tables
from hedgerow.transaction import message_tables
from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
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

_IN_FORCE = text("active_to is null")

plants = Table(
    "plants",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("lon", DOUBLE_PRECISION, nullable=False),
    Column("lat", DOUBLE_PRECISION, nullable=False),
    Column("datum", Text, nullable=False),
    Column("wgs84_lon", DOUBLE_PRECISION, nullable=False),
    Column("wgs84_lat", DOUBLE_PRECISION, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("area_id", Uuid),
    Column("time_zone", Text, nullable=False, server_default=text("'Asia/Shanghai'")),
    PrimaryKeyConstraint("tenant_id", "plant_id", name="plants_pkey"),
    UniqueConstraint("tenant_id", "code", name="plants_code"),
    ForeignKeyConstraint(
        ["tenant_id", "area_id"], ["areas.tenant_id", "areas.area_id"], name="plants_area"
    ),
    CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="plants_datum"),
)

locations = Table(
    "locations",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("location_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "location_id", name="locations_pkey"),
    UniqueConstraint("tenant_id", "code", name="locations_code"),
    ForeignKeyConstraint(
        ["tenant_id", "plant_id"], ["plants.tenant_id", "plants.plant_id"], name="locations_plant"
    ),
    CheckConstraint("kind in ('PLANT', 'WAREHOUSE', 'CLOUD_WAREHOUSE')", name="locations_kind"),
    Index("locations_by_plant", "tenant_id", "plant_id"),
)

# What was published, in order: active_from is when, active_to when the next one followed. When which
# version is valid stands in fence_periods. A polygon has `area`, a MultiPolygon in WGS-84, and the
# coordinates it was given with in `given` and `datum`; one drawn by divisions names them instead. A
# circle has its centre as given and in WGS-84. published_by is empty for versions from before it was
# kept, as is valid_from, the valid time that the publisher gave or meant.
#
# release_from is the number of the release that put a version in force, release_to of the one that
# closed it; both are empty for what is from before releases were numbered. removed_version is the
# version of the aggregate when a fence was closed and none followed.
fences = Table(
    "fences",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("fence_id", Uuid, nullable=False),
    Column("plant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("area_m2", DOUBLE_PRECISION, nullable=False),
    Column("datum", Text, nullable=False),
    Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)),
    Column("given", JSONB(none_as_null=True)),
    Column("center_lon", DOUBLE_PRECISION),
    Column("center_lat", DOUBLE_PRECISION),
    Column("center_wgs84_lon", DOUBLE_PRECISION),
    Column("center_wgs84_lat", DOUBLE_PRECISION),
    Column("radius_m", DOUBLE_PRECISION),
    Column("active_from", DateTime(timezone=True), nullable=False),
    Column("active_to", DateTime(timezone=True)),
    Column("published_by", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("divisions", JSONB(none_as_null=True)),
    Column("release_from", Integer),
    Column("release_to", Integer),
    Column("removed_version", Integer),
    PrimaryKeyConstraint("tenant_id", "fence_id", name="fences_pkey"),
    UniqueConstraint("tenant_id", "plant_id", "kind", "name", "version", name="fences_version"),
    ForeignKeyConstraint(
        ["tenant_id", "plant_id"], ["plants.tenant_id", "plants.plant_id"], name="fences_plant"
    ),
    CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="fences_datum"),
    CheckConstraint(
        "kind in ('SERVICE_AREA', 'PRESENCE', 'EXCLUSION') and (area is not null"
        " and radius_m is null or area is null and radius_m > 0 and num_nulls(center_lon,"
        " center_lat, center_wgs84_lon, center_wgs84_lat) = 0)",
        name="fences_kind",
    ),
    CheckConstraint("active_to >= active_from", name="fences_period"),
    Index(
        "fences_in_force",
        "tenant_id",
        "plant_id",
        "kind",
        "name",
        unique=True,
        postgresql_where=_IN_FORCE,
    ),
)

# Raised by triggers with every change of a tenant's fences, in the same transaction: as long as it
# stays the same, so do they.
fence_sets = Table(
    "fence_sets",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", name="fence_sets_pkey"),
)

# retired_by is set where a version was ended without another one in its place.
overflow_rules = Table(
    "overflow_rules",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("rule_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("regions", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("chain", ARRAY(Uuid), nullable=False),
    Column("safety_test", Text, nullable=False),
    Column("active_from", DateTime(timezone=True), nullable=False),
    Column("active_to", DateTime(timezone=True)),
    Column("published_by", Text),
    Column("condition", Text, nullable=False, server_default=text("''")),
    Column("max_locations", Integer),
    Column("max_distance_km", DOUBLE_PRECISION),
    Column("sla_hours", Integer),
    Column("retired_by", Text),
    Column("release_from", Integer),
    Column("release_to", Integer),
    PrimaryKeyConstraint("tenant_id", "rule_id", name="overflow_rules_pkey"),
    UniqueConstraint("tenant_id", "code", "version", name="overflow_rules_version"),
    CheckConstraint("cardinality(chain) between 1 and 20", name="overflow_rules_chain"),
    CheckConstraint("safety_test in ('CURRENT', 'AFTER')", name="overflow_rules_safety_test"),
    CheckConstraint("active_to >= active_from", name="overflow_rules_period"),
    CheckConstraint("max_locations between 1 and 5", name="overflow_rules_max_locations"),
    CheckConstraint("max_distance_km > 0", name="overflow_rules_distance"),
    CheckConstraint("sla_hours > 0", name="overflow_rules_sla"),
    CheckConstraint("retired_by is null or active_to is not null", name="overflow_rules_retired"),
    Index("overflow_rules_in_force", "tenant_id", "code", unique=True, postgresql_where=_IN_FORCE),
)

routing_limits = Table(
    "routing_limits",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("max_distance_km", DOUBLE_PRECISION, nullable=False),
    Column("active_from", DateTime(timezone=True), nullable=False),
    Column("active_to", DateTime(timezone=True)),
    Column("published_by", Text),
    Column("release_from", Integer),
    Column("release_to", Integer),
    PrimaryKeyConstraint("tenant_id", "version", name="routing_limits_pkey"),
    CheckConstraint("max_distance_km > 0", name="routing_limits_distance"),
    CheckConstraint("active_to >= active_from", name="routing_limits_period"),
    Index("routing_limits_in_force", "tenant_id", unique=True, postgresql_where=_IN_FORCE),
)

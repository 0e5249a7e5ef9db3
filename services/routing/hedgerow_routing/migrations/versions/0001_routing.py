"""Plants, locations, fences, overflow rules, limits and decisions."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from hedgerow.transaction.migrations import begin, create_key
from hedgerow.transaction.tenancy import secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

IN_FORCE = sa.text("active_to is null")

# The operators of PostGIS are not leak-proof, so under row security they cannot use an index, and
# a decision must see fences and plants that the caller may not: two functions of the owner, each
# bound to the tenant of the transaction. What leaves the service is cut to the caller's reach.
COVERING = """
create function routing.covering(lon float8[], lat float8[])
returns table (place integer, fence_id uuid, plant_id uuid, version integer, priority integer,
               area_m2 float8)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.place::integer, f.fence_id, f.plant_id, f.version, f.priority, f.area_m2
  from unnest(lon, lat) with ordinality as given (lon, lat, place)
  join fences f on st_covers(f.area, st_setsrid(st_makepoint(given.lon, given.lat), 4326))
  where f.tenant_id = (select app.tenant()) and f.active_to is null
$$
"""
PLANTS = """
create function routing.plants()
returns table (plant_id uuid, code text, lon float8, lat float8)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.plant_id, p.code, p.wgs84_lon, p.wgs84_lat
  from plants p where p.tenant_id = (select app.tenant())
$$
"""


def upgrade() -> None:
    runtime = begin()
    create_plants()
    create_fences()
    create_rules()
    create_decisions()
    for statement in [
        *secure("plants", runtime, verbs="select, insert"),
        *secure("locations", runtime, plant=None, verbs="select, insert"),
        *secure("fences", runtime, verbs="select, insert, update (active_to)"),
        *secure("overflow_rules", runtime, plant=None, verbs="select, insert, update (active_to)"),
        *secure("routing_limits", runtime, plant=None, verbs="select, insert, update (active_to)"),
        *secure(
            "decisions",
            runtime,
            verbs="select, insert, update (result, seen, settled_at)",
        ),
        *definer_functions(runtime),
    ]:
        op.execute(statement)


def definer_functions(runtime: str) -> list[str]:
    return [
        "create schema routing",
        f"grant usage on schema routing to {runtime}",
        f"create policy definer on fences for select to {runtime}_owner using (true)",
        f"create policy definer on plants for select to {runtime}_owner using (true)",
        COVERING,
        PLANTS,
        "revoke all on all functions in schema routing from public",
        f"grant execute on all functions in schema routing to {runtime}",
        "comment on index fences_area is 'used by definer function routing.covering'",
    ]


def create_plants() -> None:
    op.create_table(
        "plants",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("lon", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("lat", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("datum", sa.Text, nullable=False),
        sa.Column("wgs84_lon", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("wgs84_lat", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "plant_id", name="plants_pkey"),
        sa.UniqueConstraint("tenant_id", "code", name="plants_code"),
        sa.CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="plants_datum"),
    )
    op.create_table(
        "locations",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("location_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", name="locations_pkey"),
        sa.UniqueConstraint("tenant_id", "code", name="locations_code"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plant_id"],
            ["plants.tenant_id", "plants.plant_id"],
            name="locations_plant",
        ),
        sa.CheckConstraint(
            "kind in ('PLANT', 'WAREHOUSE', 'CLOUD_WAREHOUSE')", name="locations_kind"
        ),
    )
    op.create_index("locations_by_plant", "locations", ["tenant_id", "plant_id"])


def create_fences() -> None:
    op.create_table(
        "fences",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("fence_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("area_m2", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("datum", sa.Text, nullable=False),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)),
        sa.Column("given", JSONB),
        sa.Column("center_lon", sa.DOUBLE_PRECISION),
        sa.Column("center_lat", sa.DOUBLE_PRECISION),
        sa.Column("center_wgs84_lon", sa.DOUBLE_PRECISION),
        sa.Column("center_wgs84_lat", sa.DOUBLE_PRECISION),
        sa.Column("radius_m", sa.DOUBLE_PRECISION),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_to", sa.DateTime(timezone=True)),
        sa.UniqueConstraint(
            "tenant_id", "plant_id", "kind", "name", "version", name="fences_version"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plant_id"],
            ["plants.tenant_id", "plants.plant_id"],
            name="fences_plant",
        ),
        sa.CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="fences_datum"),
        sa.CheckConstraint(
            "kind = 'SERVICE_AREA' and area is not null and radius_m is null"
            " or kind = 'PRESENCE' and area is null and radius_m > 0 and num_nulls(center_lon,"
            " center_lat, center_wgs84_lon, center_wgs84_lat) = 0",
            name="fences_kind",
        ),
        sa.CheckConstraint("active_to >= active_from", name="fences_period"),
    )
    op.create_index(
        "fences_in_force",
        "fences",
        ["tenant_id", "plant_id", "kind", "name"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    op.create_index(
        "fences_area", "fences", ["area"], postgresql_using="gist", postgresql_where=IN_FORCE
    )
    create_key("fences", "tenant_id", "fence_id")


def create_rules() -> None:
    op.create_table(
        "overflow_rules",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("rule_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("channels", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("chain", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("safety_test", sa.Text, nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_to", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("tenant_id", "code", "version", name="overflow_rules_version"),
        sa.CheckConstraint("cardinality(chain) between 1 and 20", name="overflow_rules_chain"),
        sa.CheckConstraint(
            "safety_test in ('CURRENT', 'AFTER')", name="overflow_rules_safety_test"
        ),
        sa.CheckConstraint("active_to >= active_from", name="overflow_rules_period"),
    )
    op.create_index(
        "overflow_rules_in_force",
        "overflow_rules",
        ["tenant_id", "code"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    create_key("overflow_rules", "tenant_id", "rule_id")
    op.create_table(
        "routing_limits",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("max_distance_km", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_to", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "version", name="routing_limits_pkey"),
        sa.CheckConstraint("max_distance_km > 0", name="routing_limits_distance"),
        sa.CheckConstraint("active_to >= active_from", name="routing_limits_period"),
    )
    op.create_index(
        "routing_limits_in_force",
        "routing_limits",
        ["tenant_id"],
        unique=True,
        postgresql_where=IN_FORCE,
    )


def create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("decision_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("order_number", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("assignment", JSONB, nullable=False),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("chain", JSONB, nullable=False),
        sa.Column("safety_test", sa.Text),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("seen", JSONB, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("tenant_id", "order_id", name="decisions_order"),
        sa.CheckConstraint("safety_test in ('CURRENT', 'AFTER')", name="decisions_safety_test"),
        sa.CheckConstraint(
            "result in ('PENDING', 'ASSIGNED', 'OVERFLOWED', 'SHORT', 'UNROUTABLE', 'CANCELLED')",
            name="decisions_result",
        ),
        sa.CheckConstraint("(result = 'UNROUTABLE') = (plant_id is null)", name="decisions_plant"),
        sa.CheckConstraint("(result = 'PENDING') = (settled_at is null)", name="decisions_settled"),
    )
    create_key("decisions", "tenant_id", "decision_id")

"""Presence at a plant; who published what, and which versions each decision used."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.migrations import create_key
from hedgerow.transaction.tenancy import secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

IN_FORCE = sa.text("active_to is null")
TIME = sa.DateTime(timezone=True)

# A presence fence may be a polygon now; it covers nobody's address.
COVERING = """
create or replace function routing.covering(lon float8[], lat float8[])
returns table (place integer, fence_id uuid, plant_id uuid, version integer, priority integer,
               area_m2 float8)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.place::integer, f.fence_id, f.plant_id, f.version, f.priority, f.area_m2
  from unnest(lon, lat) with ordinality as given (lon, lat, place)
  join fences f on st_covers(f.area, st_setsrid(st_makepoint(given.lon, given.lat), 4326))
  where f.tenant_id = (select app.tenant()) and f.active_to is null and f.kind = 'SERVICE_AREA'
$$
"""
USED = """
update decisions d set
  rule_id = (select (r ->> 'rule_id')::uuid from jsonb_array_elements(d.rules) r
             where (r ->> 'chosen')::boolean),
  fence_id = (select (a ->> 'fence_id')::uuid from jsonb_array_elements(d.assignment -> 'areas') a
              where (a ->> 'chosen')::boolean),
  limits_version = (select max(l.version) from routing_limits l
                    where l.tenant_id = d.tenant_id and l.active_from <= d.decided_at
                      and jsonb_array_length(d.assignment -> 'areas') = 0)
"""


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    create_presence()
    extend_published()
    extend_decisions()
    for statement in (
        *secure("presence_policy_versions", runtime, verbs="select, insert, update (active_to)"),
        *secure(
            "presence_attestations",
            runtime,
            verbs="select, insert, update (confirmation, confirmed_by, confirmed_at, used_at)",
        ),
        *secure("attestation_numbers", runtime, plant=None, verbs="select, insert, update"),
        COVERING,
    ):
        op.execute(statement)


def to_plant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "plant_id"],
        ["plants.tenant_id", "plants.plant_id"],
        name=f"{table}_plant",
    )


def create_presence() -> None:
    op.create_table(
        "presence_policy_versions",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("acts", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("active_from", TIME, nullable=False),
        sa.Column("active_to", TIME),
        to_plant("presence_policy_versions"),
        sa.CheckConstraint("active_to >= active_from", name="presence_policy_versions_period"),
    )
    op.create_index(
        "presence_policy_versions_in_force",
        "presence_policy_versions",
        ["tenant_id", "plant_id"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    create_key("presence_policy_versions", "tenant_id", "plant_id", "version")
    op.create_table(
        "presence_attestations",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("attestation_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("lon", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("lat", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("datum", sa.Text, nullable=False),
        sa.Column("wgs84_lon", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("wgs84_lat", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("accuracy_m", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("fixed_at", TIME, nullable=False),
        sa.Column("nonce", sa.Text(collation="C"), nullable=False),
        sa.Column("distance_m", sa.DOUBLE_PRECISION),
        sa.Column("attested_at", TIME, nullable=False),
        sa.Column("confirmation", JSONB),
        sa.Column("confirmed_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("confirmed_at", TIME),
        sa.Column("used_at", TIME),
        sa.UniqueConstraint("tenant_id", "number", name="presence_attestations_number"),
        sa.UniqueConstraint("tenant_id", "subject", "nonce", name="presence_attestations_nonce"),
        to_plant("presence_attestations"),
        sa.CheckConstraint(
            "datum in ('WGS84', 'GCJ02', 'BD09')", name="presence_attestations_datum"
        ),
        sa.CheckConstraint(
            "verdict in ('INSIDE', 'OUTSIDE', 'UNCERTAIN', 'CONFIRMED')",
            name="presence_attestations_verdict",
        ),
        sa.CheckConstraint(
            "(confirmed_at is null) = (confirmed_by = '') and confirmed_by <> subject"
            " and (confirmed_at is null or verdict in ('UNCERTAIN', 'CONFIRMED'))",
            name="presence_attestations_confirmed",
        ),
        sa.CheckConstraint(
            "used_at is null or confirmed_at is not null and verdict = 'UNCERTAIN'",
            name="presence_attestations_used",
        ),
    )
    create_key("presence_attestations", "tenant_id", "attestation_id")
    op.create_table(
        "attestation_numbers",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", name="attestation_numbers_pkey"),
        sa.CheckConstraint("last > 0", name="attestation_numbers_last"),
    )


def extend_published() -> None:
    for table in ("fences", "overflow_rules", "routing_limits"):
        op.add_column(table, sa.Column("published_by", sa.Text))
    op.drop_constraint("fences_kind", "fences")
    op.create_check_constraint(
        "fences_kind",
        "fences",
        "kind in ('SERVICE_AREA', 'PRESENCE') and area is not null and radius_m is null"
        " or kind = 'PRESENCE' and area is null and radius_m > 0 and num_nulls(center_lon,"
        " center_lat, center_wgs84_lon, center_wgs84_lat) = 0",
    )


def extend_decisions() -> None:
    """The owner looks at the decisions of every tenant for this once."""
    op.add_column("decisions", sa.Column("rule_id", sa.Uuid))
    op.add_column("decisions", sa.Column("fence_id", sa.Uuid))
    op.add_column("decisions", sa.Column("limits_version", sa.Integer))
    for table in ("decisions", "routing_limits"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(USED)
    for table in ("decisions", "routing_limits"):
        op.execute(f"alter table {table} force row level security")
    for name, *columns in (
        ("rule", "rule_id", "decided_at", "plant_id"),
        ("fence", "fence_id"),
        ("limits", "limits_version", "plant_id"),
    ):
        op.create_index(
            f"decisions_of_{name}",
            "decisions",
            ["tenant_id", *columns],
            postgresql_where=sa.text(f"{columns[0]} is not null"),
        )

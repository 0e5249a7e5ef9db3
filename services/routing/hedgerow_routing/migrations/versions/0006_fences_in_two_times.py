"""When which version of a fence is valid, as known when; exclusions; divisions."""

import sqlalchemy as sa
from alembic import context, op
from geoalchemy2 import Geometry
from hedgerow.transaction.migrations import create_key
from hedgerow.transaction.tenancy import secure
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)

# Boxes are looked up point by point, which `offset 0` holds the planner to: it thinks hardly any period
# valid and would rather read them all. Whether the point is in a circle, the geodesic says; one that
# was computed to lie on the edge comes out some nanometres off it.
COVERING = """
create function routing.covering(lon float8[], lat float8[], as_of timestamptz)
returns table (place integer, fence_id uuid, plant_id uuid, version integer, priority integer,
               area_m2 float8, kind text)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.place::integer, found.*
  from unnest(lon, lat) with ordinality as given (lon, lat, place)
  cross join lateral (select st_setsrid(st_makepoint(given.lon, given.lat), 4326)) as it (point)
  cross join lateral (
    select f.fence_id, f.plant_id, f.version, f.priority, f.area_m2, f.kind
    from fence_periods p
    join fences f on f.tenant_id = p.tenant_id and f.fence_id = p.fence_id
    where p.bounds && it.point and p.valid @> as_of and p.recorded_to is null
      and p.tenant_id = (select app.tenant())
      and case when f.area is not null then st_covers(f.area, it.point)
               else st_distance(
                 st_setsrid(st_makepoint(f.center_wgs84_lon, f.center_wgs84_lat), 4326)::geography,
                 it.point::geography) <= f.radius_m + 1e-6 end
    offset 0
  ) as found
$$
"""
# For processes of the version before, while both run.
COVERING_NOW = """
create or replace function routing.covering(lon float8[], lat float8[])
returns table (place integer, fence_id uuid, plant_id uuid, version integer, priority integer,
               area_m2 float8)
language sql stable security definer set search_path = public, pg_temp as $$
  with found as (select * from routing.covering(lon, lat, now()))
  select s.place, s.fence_id, s.plant_id, s.version, s.priority, s.area_m2 from found s
  where s.kind = 'SERVICE_AREA' and not exists (
    select from found e
    where e.kind = 'EXCLUSION' and e.place = s.place and e.plant_id = s.plant_id)
$$
"""
# They publish from now on, and write no periods and no valid_from: this does it for them.
PERIODS = """
create function routing.write_periods() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  with ended as (
    update fence_periods p set recorded_to = new.active_from
    where p.tenant_id = new.tenant_id and p.plant_id = new.plant_id and p.kind = new.kind
      and p.name = new.name and p.recorded_to is null
      and p.valid && tstzrange(new.active_from, null)
    returning p.*
  )
  insert into fence_periods (tenant_id, fence_id, plant_id, kind, name, valid_from, valid_to,
                             recorded_from, bounds)
    select e.tenant_id, e.fence_id, e.plant_id, e.kind, e.name, e.valid_from, new.active_from,
           new.active_from, e.bounds
    from ended e where e.valid_from < new.active_from
    union all
    select new.tenant_id, new.fence_id, new.plant_id, new.kind, new.name, new.active_from, null,
           new.active_from, case when new.kind <> 'PRESENCE' then st_envelope(new.area) end;
  return null;
end
$$
"""
WRITE_PERIODS = """
create trigger write_periods after insert on fences for each row when (new.valid_from is null)
execute function routing.write_periods()
"""
# A version was thought to hold for ever until the next one came; since then it is known when it ended.
KNOWN_BEFORE = """
insert into fence_periods (tenant_id, fence_id, plant_id, kind, name, valid_from, valid_to,
                           recorded_from, recorded_to, bounds)
select f.tenant_id, f.fence_id, f.plant_id, f.kind, f.name, f.active_from, known.valid_to,
       known.recorded_from, known.recorded_to,
       case when f.kind <> 'PRESENCE' then st_envelope(f.area) end
from fences f cross join lateral (
  values (null, f.active_from, f.active_to),
         (f.active_to, f.active_to, null)
) as known (valid_to, recorded_from, recorded_to)
where known.recorded_from is not null and f.active_to is distinct from f.active_from
"""


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    extend_fences()
    create_periods()
    create_divisions()
    op.execute("alter table fences no force row level security")
    op.execute(KNOWN_BEFORE)
    op.execute("alter table fences force row level security")
    for statement in (
        *secure("fence_periods", runtime, verbs="select, insert, update (recorded_to)"),
        f"create policy definer on fence_periods for select to {runtime}_owner using (true)",
        *secure("divisions", runtime, plant=None, verbs="select, insert"),
        *secure("division_imports", runtime, plant=None, verbs="select, insert"),
        COVERING,
        COVERING_NOW,
        PERIODS,
        "revoke all on all functions in schema routing from public",
        f"grant execute on all functions in schema routing to {runtime}",
        WRITE_PERIODS,
        "comment on index fence_periods_place is 'used by definer function routing.covering'",
    ):
        op.execute(statement)


def extend_fences() -> None:
    op.add_column("fences", sa.Column("valid_from", TIME))
    op.add_column("fences", sa.Column("valid_to", TIME))
    op.add_column("fences", sa.Column("divisions", JSONB))
    op.drop_index("fences_area", "fences")
    op.drop_constraint("fences_kind", "fences")
    op.create_check_constraint(
        "fences_kind",
        "fences",
        "kind in ('SERVICE_AREA', 'PRESENCE', 'EXCLUSION') and (area is not null"
        " and radius_m is null or area is null and radius_m > 0 and num_nulls(center_lon,"
        " center_lat, center_wgs84_lon, center_wgs84_lat) = 0)",
    )


def create_periods() -> None:
    op.create_table(
        "fence_periods",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column(
            "period_id", sa.Uuid, nullable=False, server_default=sa.text("gen_random_uuid()")
        ),
        sa.Column("fence_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("valid_from", TIME, nullable=False),
        sa.Column("valid_to", TIME),
        sa.Column("recorded_from", TIME, nullable=False),
        sa.Column("recorded_to", TIME),
        sa.Column(
            "valid", TSTZRANGE, sa.Computed("tstzrange(valid_from, valid_to)", persisted=True)
        ),
        sa.Column(
            "recorded",
            TSTZRANGE,
            sa.Computed("tstzrange(recorded_from, recorded_to)", persisted=True),
        ),
        sa.Column("bounds", Geometry("POLYGON", srid=4326, spatial_index=False)),
        sa.ForeignKeyConstraint(
            ["tenant_id", "fence_id"],
            ["fences.tenant_id", "fences.fence_id"],
            name="fence_periods_fence",
        ),
        sa.CheckConstraint("valid_to > valid_from", name="fence_periods_valid"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="fence_periods_recorded"),
        sa.CheckConstraint("(kind = 'PRESENCE') = (bounds is null)", name="fence_periods_bounds"),
        ExcludeConstraint(
            *((column, "=") for column in ("tenant_id", "plant_id", "kind", "name")),
            *((column, "&&") for column in ("valid", "recorded")),
            name="fence_periods_one_truth",
        ),
    )
    op.create_index(
        "fence_periods_of_plant", "fence_periods", ["tenant_id", "plant_id", "kind", "name"]
    )
    op.create_index(
        "fence_periods_place",
        "fence_periods",
        ["bounds", "valid"],
        postgresql_using="gist",
        postgresql_where=sa.text("recorded_to is null"),
    )
    create_key("fence_periods", "tenant_id", "period_id")


def create_divisions() -> None:
    op.create_table(
        "division_imports",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("datum", sa.Text, nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "version", name="division_imports_pkey"),
        sa.CheckConstraint("datum in ('WGS84', 'GCJ02', 'BD09')", name="division_imports_datum"),
    )
    op.create_table(
        "divisions",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("area_m2", sa.DOUBLE_PRECISION, nullable=False),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name="divisions_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version"],
            ["division_imports.tenant_id", "division_imports.version"],
            name="divisions_import",
        ),
    )

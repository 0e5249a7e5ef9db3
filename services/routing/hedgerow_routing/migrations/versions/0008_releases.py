"""Releases: what is published together, and which one every version and decision belongs to."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.migrations import create_key
from hedgerow.transaction.tenancy import TENANT, secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)

# Areas that are only drafted are in no table: WKB in WGS-84, or a centre and a radius, which covers what
# routing.covering finds. PostgreSQL would compile these functions first: half a second for milliseconds.
COVERED_BY = """
create function routing.covered_by(lon float8[], lat float8[], shapes bytea[],
                                   center_lons float8[], center_lats float8[], radii_m float8[])
returns table (place integer, shape integer)
language sql stable set search_path = public, pg_temp set jit = off as $$
  with drawn as materialized (
    select st_geomfromwkb(d.wkb, 4326) as area, d.radius_m, d.shape,
           st_setsrid(st_makepoint(d.lon, d.lat), 4326)::geography as center
    from unnest(shapes, center_lons, center_lats, radii_m) with ordinality
         as d (wkb, lon, lat, radius_m, shape)
  ), given as materialized (
    select st_setsrid(st_makepoint(g.lon, g.lat), 4326) as point, g.place
    from unnest(lon, lat) with ordinality as g (lon, lat, place)
  )
  select given.place::integer, drawn.shape::integer
  from drawn
  join given on case when drawn.area is not null then st_covers(drawn.area, given.point)
                     else st_distance(drawn.center, given.point::geography) <= drawn.radius_m + 1e-6 end
$$
"""
# Service areas valid now but `without`, and drafted ones, each less the exclusions of its plant: what
# two of equal priority both cover, what none does, and every part of an area. A circle has 64 corners, and
# is left out where it reaches over the 180th meridian. Below a square metre and a millimetre is rounding.
COVERAGE = """
create function routing.coverage(as_of timestamptz, without uuid[], ids uuid[], plants uuid[],
                                 kinds text[], priorities integer[], shapes bytea[],
                                 center_lons float8[], center_lats float8[], radii_m float8[],
                                 territory bytea)
returns table (kind text, one uuid, other uuid, geojson text, area_m2 float8, width_m float8)
language sql stable set search_path = public, pg_temp set jit = off as $$
  with claimed as materialized (
    select f.fence_id, f.plant_id, f.kind, f.priority, coalesce(f.area, st_buffer(
      st_setsrid(st_makepoint(f.center_wgs84_lon, f.center_wgs84_lat), 4326)::geography,
      f.radius_m, 16)::geometry) as area
    from fence_periods p
    join fences f on f.tenant_id = p.tenant_id and f.fence_id = p.fence_id
    where p.recorded_to is null and p.valid @> as_of and p.kind in ('SERVICE_AREA', 'EXCLUSION')
      and p.fence_id <> all (without)
      and (f.area is not null or st_xmax(p.bounds) - st_xmin(p.bounds) < 180)
    union all
    select d.id, d.plant_id, d.kind, d.priority, coalesce(st_geomfromwkb(d.wkb, 4326), st_buffer(
      st_setsrid(st_makepoint(d.lon, d.lat), 4326)::geography, d.radius_m, 16)::geometry)
    from unnest(ids, plants, kinds, priorities, shapes, center_lons, center_lats, radii_m)
         as d (id, plant_id, kind, priority, wkb, lon, lat, radius_m)
  ), excluded as materialized (
    select plant_id, st_union(area) as area from claimed where kind = 'EXCLUSION' group by plant_id
  ), area as materialized (
    select c.fence_id, c.priority,
           case when e.area is null then c.area else st_difference(c.area, e.area) end as area
    from claimed c left join excluded e on e.plant_id = c.plant_id
    where c.kind = 'SERVICE_AREA'
  ), covered as materialized (
    select coalesce(st_union(a.area), st_geomfromtext('POLYGON EMPTY', 4326)) as area from area a
  ), ground as (
    select coalesce(st_geomfromwkb(territory, 4326), (
      select st_union(st_makepolygon(st_exteriorring(p.geom))) from covered c, st_dump(c.area) p
    )) as area
  ), part as (
    select 'OVERLAP' as kind, a.fence_id as one, b.fence_id as other,
           st_collectionextract(st_intersection(a.area, b.area), 3) as parts
    from area a join area b on a.fence_id < b.fence_id and a.priority = b.priority
      and st_intersects(a.area, b.area)
    union all
    select 'GAP', null, null, st_collectionextract(st_difference(g.area, c.area), 3)
    from ground g, covered c
    union all
    select 'AREA', a.fence_id, null, st_collectionextract(a.area, 3) from area a
  ), measured as (
    select part.kind, part.one, part.other, p.geom,
           st_area(p.geom::geography) as area_m2, st_perimeter(p.geom::geography) as border_m
    from part, st_dump(part.parts) p
  )
  select m.kind, m.one, m.other, st_asgeojson(m.geom, 9), m.area_m2, 2 * m.area_m2 / m.border_m
  from measured m where m.area_m2 >= 1 and 2 * m.area_m2 / m.border_m >= 0.001
$$
"""
# What a simulation found is of all plants at once.
EVERYWHERE = "(select current_setting('app.everywhere', true) = 'true')"


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    create_releases()
    create_simulations()
    for table in ("fences", "overflow_rules", "routing_limits"):
        op.add_column(table, sa.Column("release_from", sa.Integer))
        op.add_column(table, sa.Column("release_to", sa.Integer))
        op.execute(f"grant update (release_to) on {table} to {runtime}")
    op.add_column("fences", sa.Column("removed_version", sa.Integer))
    for name, kind in (("release", sa.Integer), ("closed_at", TIME), ("facts", JSONB)):
        op.add_column("decisions", sa.Column(name, kind))
    op.execute(f"grant update (removed_version) on fences to {runtime}")
    op.execute(f"grant update (closed_at) on decisions to {runtime}")
    for statement in (
        *secure("releases", runtime, verbs="select, insert, update"),
        *secure("release_series", runtime, plant=None, verbs="select, insert, update"),
        *secure("release_gates", runtime, plant=None, verbs="select, insert, update"),
        *for_all_plants("simulation_runs", runtime, verbs="select, insert, update"),
        *for_all_plants("simulation_steps", runtime, verbs="select, insert"),
        *for_all_plants("simulation_orders", runtime, verbs="select, insert"),
        # Partial, so that nobody who looks for a key is offered it; see create_key.
        "create index decisions_by_time on decisions (tenant_id, decided_at, decision_id)"
        " where decided_at is not null",
        COVERED_BY,
        COVERAGE,
        "revoke all on function routing.covered_by, routing.coverage from public",
        f"grant execute on function routing.covered_by, routing.coverage to {runtime}",
    ):
        op.execute(statement)


def for_all_plants(table: str, runtime: str, *, verbs: str) -> list[str]:
    """Row security for what only those see who see the whole tenant."""
    visible = f"{TENANT} and {EVERYWHERE}"
    return [
        *secure(table, runtime, plant=None, verbs=verbs),
        f"alter policy reach on {table} using ({visible}) with check ({visible})",
    ]


def create_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("release_id", sa.Uuid, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("number", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("change_keys", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("edited_by", sa.Text, nullable=False),
        sa.Column("edited_at", TIME, nullable=False),
        sa.Column("edited_version", sa.Integer, nullable=False),
        sa.Column("simulation_id", sa.Uuid),
        sa.Column("simulated_base", sa.Integer),
        sa.Column("override", JSONB),
        sa.Column("published_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("published_at", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="releases_number"),
        sa.CheckConstraint("state in ('DRAFT', 'SIMULATED', 'PUBLISHED')", name="releases_state"),
        sa.CheckConstraint(
            "(state = 'PUBLISHED') = (number is not null)"
            " and (number is null) = (published_at is null)",
            name="releases_published",
        ),
        sa.CheckConstraint(
            "(simulation_id is null) = (simulated_base is null)"
            " and (state <> 'SIMULATED' or simulation_id is not null)",
            name="releases_simulated",
        ),
    )
    op.create_index("releases_newest", "releases", ["tenant_id", "created_at", "release_id"])
    create_key("releases", "tenant_id", "release_id")
    op.create_table(
        "release_series",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="release_series_pkey"),
        sa.CheckConstraint("last >= 0", name="release_series_last"),
    )
    op.create_table(
        "release_gates",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="release_gates_pkey"),
        sa.CheckConstraint("gate in ('OPEN', 'CLOSED')", name="release_gates_gate"),
    )


def create_simulations() -> None:
    op.create_table(
        "simulation_runs",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("simulation_id", sa.Uuid, nullable=False),
        sa.Column("release_id", sa.Uuid, nullable=False),
        sa.Column("of_version", sa.Integer, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("place_at", TIME),
        sa.Column("place_id", sa.Uuid),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("result", sa.Text),
        sa.Column("result_sha256", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "simulation_id", name="simulation_runs_pkey"),
        sa.CheckConstraint(
            "state in ('RUNNING', 'DONE', 'OUTDATED')", name="simulation_runs_state"
        ),
        sa.CheckConstraint(
            "(state = 'RUNNING') = (finished_at is null)"
            " and (state = 'DONE') = (result is not null)"
            " and (result is null) = (result_sha256 is null)",
            name="simulation_runs_finished",
        ),
    )
    op.create_table(
        "simulation_steps",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("simulation_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("before_m", sa.ARRAY(sa.DOUBLE_PRECISION), nullable=False),
        sa.Column("after_m", sa.ARRAY(sa.DOUBLE_PRECISION), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "simulation_id", "step", name="simulation_steps_pkey"),
    )
    op.create_table(
        "simulation_orders",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("simulation_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("order_number", sa.Text, nullable=False),
        sa.Column("from_plant", sa.Uuid),
        sa.Column("to_plant", sa.Uuid),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "simulation_id", "place", name="simulation_orders_pkey"
        ),
    )

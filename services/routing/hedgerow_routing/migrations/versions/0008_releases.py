"""Releases: what is published together, and which one every version and decision belongs to."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.migrations import create_key
from hedgerow.transaction.tenancy import TENANT, secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)

# Areas that are only drafted, as WKB in WGS-84: they are in no table. PostgreSQL would compile these
# functions first, because PostGIS's cost much: half a second for what takes some milliseconds.
COVERED_BY = """
create function routing.covered_by(lon float8[], lat float8[], shapes bytea[])
returns table (place integer, shape integer)
language sql stable set search_path = public, pg_temp set jit = off as $$
  with drawn as materialized (
    select st_geomfromwkb(d.wkb, 4326) as area, d.shape
    from unnest(shapes) with ordinality as d (wkb, shape)
  )
  select given.place::integer, drawn.shape::integer
  from drawn
  join unnest(lon, lat) with ordinality as given (lon, lat, place)
    on st_covers(drawn.area, st_setsrid(st_makepoint(given.lon, given.lat), 4326))
$$
"""
# Service areas in force but `without`, and drafted ones: what two of equal priority both cover, what
# none does, and every part of an area. Below a square metre and a millimetre is rounding.
COVERAGE = """
create function routing.coverage(without uuid[], ids uuid[], priorities integer[], shapes bytea[],
                                 territory bytea)
returns table (kind text, one uuid, other uuid, geojson text, area_m2 float8, width_m float8)
language sql stable set search_path = public, pg_temp set jit = off as $$
  with area as materialized (
    select f.fence_id, f.priority, f.area from fences f
    where f.active_to is null and f.kind = 'SERVICE_AREA' and f.fence_id <> all (without)
    union all
    select d.id, d.priority, st_geomfromwkb(d.wkb, 4326)
    from unnest(ids, priorities, shapes) as d (id, priority, wkb)
  ), covered as materialized (
    select coalesce(st_union(a.area), st_geomfromtext('POLYGON EMPTY', 4326)) as area from area a
  ), ground as (
    select coalesce(
      st_geomfromwkb(territory, 4326),
      (select st_union(st_makepolygon(st_exteriorring(p.geom)))
       from covered c, st_dump(c.area) p)
    ) as area
  ), part as (
    select 'OVERLAP' as kind, a.fence_id as one, b.fence_id as other,
           st_collectionextract(st_intersection(a.area, b.area), 3) as parts
    from area a join area b on a.fence_id < b.fence_id and a.priority = b.priority
      and st_intersects(a.area, b.area)
    union all
    select 'GAP', null, null, st_collectionextract(st_difference(g.area, c.area), 3)
    from ground g, covered c
    union all
    select 'AREA', a.fence_id, null, a.area from area a
  ), measured as (
    select part.kind, part.one, part.other, p.geom,
           st_area(p.geom::geography) as area_m2, st_perimeter(p.geom::geography) as border_m
    from part, st_dump(part.parts) p
  )
  select m.kind, m.one, m.other, st_asgeojson(m.geom, 9), m.area_m2, 2 * m.area_m2 / m.border_m
  from measured m
  where m.area_m2 >= 1 and 2 * m.area_m2 / m.border_m >= 0.001
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
    op.execute(f"grant update (removed_version) on fences to {runtime}")
    op.add_column("decisions", sa.Column("release", sa.Integer))
    op.add_column("decisions", sa.Column("closed_at", TIME))
    op.execute(f"grant update (closed_at) on decisions to {runtime}")
    op.create_index("decisions_by_time", "decisions", ["tenant_id", "decided_at", "decision_id"])
    for statement in (
        *secure("releases", runtime, verbs="select, insert, update"),
        *secure("release_series", runtime, plant=None, verbs="select, insert, update"),
        *secure("release_gates", runtime, plant=None, verbs="select, insert, update"),
        *for_all_plants("simulation_runs", runtime, verbs="select, insert, update"),
        *for_all_plants("simulation_steps", runtime, verbs="select, insert"),
        *for_all_plants("simulation_orders", runtime, verbs="select, insert"),
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

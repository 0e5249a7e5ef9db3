"""The version of each tenant's fences, and what is known of their areas for an index in memory."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.tenancy import secure

revision = "0009"
down_revision = "0008"

# The database raises the version itself, so that no writer can forget to. Whoever changes a tenant's
# fences makes the next one wait until the change is committed: a version stands for one set.
RAISE = """
create function routing.raise_fence_set() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into fence_sets (tenant_id, version)
  select distinct tenant_id, 1 from changed order by tenant_id
  on conflict (tenant_id) do update set version = fence_sets.version + 1;
  return null;
end
$$
"""
# As routing.covering: a decision must see fences that the caller may not.
KNOWN_AREAS = """
create function routing.known_areas(since timestamptz)
returns table (fence_id uuid, plant_id uuid, version integer, priority integer, area_m2 float8,
               kind text, area bytea, center_lon float8, center_lat float8, radius_m float8,
               valid_from timestamptz, valid_to timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select f.fence_id, f.plant_id, f.version, f.priority, f.area_m2, f.kind, st_asbinary(f.area),
         f.center_wgs84_lon, f.center_wgs84_lat, f.radius_m, p.valid_from, p.valid_to
  from fence_periods p
  join fences f on f.tenant_id = p.tenant_id and f.fence_id = p.fence_id
  where p.tenant_id = (select app.tenant()) and p.recorded_to is null
    and p.kind in ('SERVICE_AREA', 'EXCLUSION') and p.valid && tstzrange(since, null)
$$
"""


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    op.create_table(
        "fence_sets",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="fence_sets_pkey"),
    )
    for statement in (
        *secure("fence_sets", runtime, plant=None, verbs="select"),
        f"create policy definer on fence_sets to {runtime}_owner using (true) with check (true)",
        RAISE,
        *(
            after(event, rows)
            for event, rows in (("insert", "new"), ("update", "new"), ("delete", "old"))
        ),
        KNOWN_AREAS,
        "revoke all on all functions in schema routing from public",
        f"grant execute on all functions in schema routing to {runtime}",
    ):
        op.execute(statement)


def after(event: str, rows: str) -> str:
    return (
        f"create trigger periods_{event} after {event} on fence_periods referencing {rows} table as changed"
        " for each statement execute function routing.raise_fence_set()"
    )

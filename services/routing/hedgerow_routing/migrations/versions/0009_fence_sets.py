"""The version of each tenant's fences, and all service areas in force for an index in memory."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.tenancy import secure

revision = "0009"
down_revision = "0007"

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
SERVICE_AREAS = """
create function routing.service_areas()
returns table (fence_id uuid, plant_id uuid, version integer, priority integer, area_m2 float8,
               area bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select f.fence_id, f.plant_id, f.version, f.priority, f.area_m2, st_asbinary(f.area)
  from fences f
  where f.tenant_id = (select app.tenant()) and f.active_to is null and f.kind = 'SERVICE_AREA'
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
        SERVICE_AREAS,
        "revoke all on all functions in schema routing from public",
        f"grant execute on all functions in schema routing to {runtime}",
    ):
        op.execute(statement)


def after(event: str, rows: str) -> str:
    return (
        f"create trigger fences_{event} after {event} on fences referencing {rows} table as changed"
        " for each statement execute function routing.raise_fence_set()"
    )

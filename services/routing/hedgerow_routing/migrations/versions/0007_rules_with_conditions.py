"""Rules with conditions and limits of their own, rules that were retired, clocks of plants."""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

# A function cannot be replaced by one that returns more columns.
PLANTS = """
create function routing.plants()
returns table (plant_id uuid, code text, lon float8, lat float8, time_zone text)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.plant_id, p.code, p.wgs84_lon, p.wgs84_lat, p.time_zone
  from plants p where p.tenant_id = (select app.tenant())
$$
"""


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    op.add_column(
        "plants",
        sa.Column("time_zone", sa.Text, nullable=False, server_default=sa.text("'Asia/Shanghai'")),
    )
    extend_rules()
    extend_decisions()
    for statement in (
        "drop function routing.plants()",
        PLANTS,
        "revoke all on function routing.plants() from public",
        f"grant execute on function routing.plants() to {runtime}",
        f"grant update (retired_by) on overflow_rules to {runtime}",
    ):
        op.execute(statement)


def extend_rules() -> None:
    for column in (
        sa.Column("condition", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("max_locations", sa.Integer),
        sa.Column("max_distance_km", sa.DOUBLE_PRECISION),
        sa.Column("sla_hours", sa.Integer),
        sa.Column("retired_by", sa.Text),
    ):
        op.add_column("overflow_rules", column)
    for name, check in (
        ("max_locations", "max_locations between 1 and 5"),
        ("distance", "max_distance_km > 0"),
        ("sla", "sla_hours > 0"),
        ("retired", "retired_by is null or active_to is not null"),
    ):
        op.create_check_constraint(f"overflow_rules_{name}", "overflow_rules", check)


def extend_decisions() -> None:
    for column in (
        sa.Column("left_out", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("max_locations", sa.Integer),
        sa.Column("sla_hours", sa.Integer),
    ):
        op.add_column("decisions", column)

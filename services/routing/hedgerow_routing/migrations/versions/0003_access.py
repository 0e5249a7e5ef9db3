"""Areas, memberships, claims, and cases of those who were refused."""

import sqlalchemy as sa
from alembic import context, op
from hedgerow.transaction.migrations import create_key
from hedgerow.transaction.tenancy import TENANT, secure
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)

# Rights are resolved over all plants of an area, and people may ask about themselves who see no
# plant at all: three more functions of the owner, each bound to the tenant of the transaction.
PLACED = """
create function routing.placed() returns table (plant_id uuid, area_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.plant_id, p.area_id from plants p where p.tenant_id = (select app.tenant())
$$
"""
MEMBERSHIPS_OF = """
create function routing.memberships_of(of_subject text) returns setof memberships
language sql stable security definer set search_path = public, pg_temp as $$
  select m.* from memberships m
  where m.tenant_id = (select app.tenant()) and m.subject = of_subject
$$
"""
CLAIMS_AT = """
create function routing.claims_at(of_subject text, at_plant uuid)
returns table (role text, plant_id uuid, at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select given.role, given.plant_id, c.at
  from claimed_roles c, jsonb_to_recordset(c.roles) as given (role text, plant_id uuid)
  where c.tenant_id = (select app.tenant()) and c.subject = of_subject
    and (given.plant_id is null or given.plant_id = at_plant)
$$
"""
SEEN = (
    "((select app.everywhere()) or plant_id = any ((select app.plants())::uuid[])"
    " or area_id in (select p.area_id from plants p))"
)
SHARED = "(scope = 'TENANT' and cardinality((select app.plants())) > 0)"


def upgrade() -> None:
    runtime: str = context.config.attributes["runtime"]
    create_areas()
    create_memberships()
    create_cases()
    for statement in (
        *secure("areas", runtime, plant=None, verbs="select, insert"),
        *secure_memberships(runtime),
        *secure("claimed_roles", runtime, plant=None, verbs="select, insert, update (roles, at)"),
        f"alter policy reach on claimed_roles using ({TENANT} and (select app.everywhere()))"
        f" with check ({TENANT} and (select app.everywhere()))",
        *secure("access_cases", runtime, verbs="select, insert"),
        *secure("access_case_numbers", runtime, plant=None, verbs="select, insert, update"),
        f"grant update (area_id, version) on plants to {runtime}",
        f"create policy definer on memberships for select to {runtime}_owner using (true)",
        f"create policy definer on claimed_roles for select to {runtime}_owner using (true)",
        PLACED,
        MEMBERSHIPS_OF,
        CLAIMS_AT,
        "revoke all on all functions in schema routing from public",
        f"grant execute on all functions in schema routing to {runtime}",
    ):
        op.execute(statement)


def secure_memberships(runtime: str) -> list[str]:
    """Those for the whole tenant reach every plant, so whoever sees one sees them, and only those
    who see the whole tenant write them."""
    return [
        "alter table memberships enable row level security",
        "alter table memberships force row level security",
        "grant select, insert, update (revocation, revoked_by, revoked_at) on memberships"
        f" to {runtime}",
        f"create policy reach on memberships for select to {runtime}"
        f" using ({TENANT} and ({SEEN} or {SHARED}))",
        f"create policy granted on memberships for insert to {runtime}"
        f" with check ({TENANT} and {SEEN})",
        f"create policy revoked on memberships for update to {runtime}"
        f" using ({TENANT} and {SEEN}) with check ({TENANT} and {SEEN})",
    ]


def create_areas() -> None:
    op.create_table(
        "areas",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("area_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "code", name="areas_code"),
    )
    create_key("areas", "tenant_id", "area_id")
    op.add_column(
        "plants", sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1"))
    )
    op.add_column("plants", sa.Column("area_id", sa.Uuid))
    op.create_foreign_key(
        "plants_area", "plants", "areas", ["tenant_id", "area_id"], ["tenant_id", "area_id"]
    )


def create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("area_id", sa.Uuid),
        sa.Column("basis", JSONB, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("granted_at", TIME, nullable=False),
        sa.Column("revocation", JSONB),
        sa.Column("revoked_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("revoked_at", TIME),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plant_id"],
            ["plants.tenant_id", "plants.plant_id"],
            name="memberships_plant",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "area_id"], ["areas.tenant_id", "areas.area_id"], name="memberships_area"
        ),
        sa.CheckConstraint("scope in ('TENANT', 'AREA', 'PLANT')", name="memberships_scope"),
        sa.CheckConstraint(
            "(scope = 'PLANT') = (plant_id is not null)"
            " and (scope = 'AREA') = (area_id is not null)",
            name="memberships_reach",
        ),
        sa.CheckConstraint(
            "(revoked_at is null) = (revocation is null)"
            " and (revoked_at is null) = (revoked_by = '')",
            name="memberships_revoked",
        ),
    )
    op.create_index(
        "memberships_active",
        "memberships",
        ["tenant_id", "subject", "role", "plant_id", "area_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("memberships_of_subject", "memberships", ["tenant_id", "subject", "granted_at"])
    op.create_index(
        "memberships_granted", "memberships", ["tenant_id", "granted_at", "membership_id"]
    )
    create_key("memberships", "tenant_id", "membership_id")
    op.create_table(
        "claimed_roles",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("roles", JSONB, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    create_key("claimed_roles", "tenant_id", "subject")


def create_cases() -> None:
    op.create_table(
        "access_cases",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("plant_id", sa.Uuid),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("asked", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("permission", sa.Text, nullable=False),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    create_key("access_cases", "tenant_id", "number")
    op.create_table(
        "access_case_numbers",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", name="access_case_numbers_pkey"),
        sa.CheckConstraint("last > 0", name="access_case_numbers_last"),
    )

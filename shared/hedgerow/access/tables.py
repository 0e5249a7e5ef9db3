"""The two tables about people's rights that every service has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from hedgerow.transaction.tenancy import TENANT, secure

# Asked in the message that begins a transaction, so it costs no trip of its own. Subjects come as
# hexadecimal: nothing in the statement can then be taken for SQL.
STALE = "HG001"
_ADMIT = f"""
create function app.admit(subjects text[], versions bigint[]) returns void
language plpgsql stable as $$
begin
  if exists (
    select from unnest(subjects, versions) as given (subject, version)
    join access_versions known on known.tenant_id = (select app.tenant())
      and known.subject = convert_from(decode(given.subject, 'hex'), 'UTF8')
    where known.version > given.version
  ) then
    raise exception 'these rights are no longer the newest' using errcode = '{STALE}';
  end if;
end
$$
"""

# What a plant demands also binds those who see nothing else of it: a returned parcel may lie at
# another plant than its inspector's. Row security would hide the policy, and with it the demand.
_DEMANDS_PRESENCE = """
create function app.demands_presence(plant uuid, act text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from presence_policies p
    where p.tenant_id = app.tenant() and p.plant_id = plant and demands_presence.act = any (p.acts)
  )
$$
"""


@dataclass(frozen=True, slots=True)
class AccessTables:
    versions: Table
    presence: Table


def access_tables(metadata: MetaData) -> AccessTables:
    """Declare them in `metadata`; `migrations.add_access` creates them."""
    return AccessTables(_versions(metadata), _presence(metadata))


def _versions(metadata: MetaData) -> Table:
    """How new the rights of a user must be: whoever states older ones is turned away."""
    return Table(
        "access_versions",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("subject", Text(collation="C"), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("tenant_id", "subject", name="access_versions_pkey"),
    )


def _presence(metadata: MetaData) -> Table:
    """The presence policy in force at each plant. acts  what needs presence there"""
    return Table(
        "presence_policies",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("plant_id", Uuid, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("acts", ARRAY(Text), nullable=False),
        PrimaryKeyConstraint("tenant_id", "plant_id", name="presence_policies_pkey"),
    )


def secure_access(runtime: str) -> list[str]:
    """Statements that follow the making of the two tables."""
    return [
        *secure("access_versions", runtime, plant=None, verbs="select, insert, update"),
        *secure("presence_policies", runtime, verbs="select, insert, update"),
        f"create policy definer on presence_policies for select to {runtime}_owner using ({TENANT})",
        _ADMIT,
        _DEMANDS_PRESENCE,
        "revoke all on function app.admit, app.demands_presence from public",
        f"grant execute on function app.admit, app.demands_presence to {runtime}",
    ]

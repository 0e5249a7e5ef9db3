"""Tenants and plants in the database: roles, row security, and the lint that proves both.

Three roles a service: `<name>_owner` (cannot log in) owns everything; `<name>` is what the
service runs as, owns nothing and sees only the rows of the transaction's reach; `<name>_relay`
(cannot log in) is what the same process becomes to send the outbox of all tenants, and sees the
outbox only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.auth import Reach

# Stable functions behind a sub-select are evaluated once a statement (an InitPlan), not once a
# row. After a transaction that set them the settings read as '', not null: both mean nothing.
_SCHEMA = """
create schema app;
revoke all on schema app from public;
create function app.tenant() returns uuid language sql stable as
  $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;
create function app.everywhere() returns boolean language sql stable as
  $$ select coalesce(nullif(current_setting('app.everywhere', true), '')::boolean, false) $$;
create function app.plants() returns uuid[] language sql stable as
  $$ select coalesce(nullif(current_setting('app.plants', true), '')::uuid[], '{}') $$;
revoke all on all functions in schema app from public;
"""

# Policies read the settings themselves: a function of SQL would be parsed again for every statement
# that is planned, which reading a row by its id feels. Nothing is set, nothing is seen.
_SETTINGS = {
    "app.tenant()": "nullif(current_setting('app.tenant', true), '')::uuid",
    "app.everywhere()": "current_setting('app.everywhere', true) = 'true'",
    "app.plants()": "nullif(current_setting('app.plants', true), '')::uuid[]",
}
TENANT = f"tenant_id = (select {_SETTINGS['app.tenant()']})"
_PLANT = (
    f"((select {_SETTINGS['app.everywhere()']})"
    f" or {{column}} = any ((select {_SETTINGS['app.plants()']})::uuid[]))"
)


async def enter(conn: AsyncConnection, reach: Reach, *, timeout_s: float) -> None:
    """Limit the transaction that has begun, and only this one, to `reach`."""
    await conn.exec_driver_sql(enter_script(reach, timeout_s=timeout_s))


def enter_script(reach: Reach, *, timeout_s: float, rights: Iterable[tuple[str, int]] = ()) -> str:
    """The same as SQL, to be sent with BEGIN. No statement of the transaction may then run longer
    than `timeout_s` seconds. Every value in it is a UUID, a truth value, a whole number or
    hexadecimal.

    rights  subjects with the versions of the rights they act on: the database turns all of them
            away when it knows a newer version of any (see hedgerow.access)
    """
    admit = _admit_script(rights)
    plants = ",".join(str(UUID(bytes=plant.bytes)) for plant in reach.plants)
    limit_ms = max(1, int(timeout_s * 1000))
    return (
        f"select set_config('app.tenant', '{UUID(bytes=reach.tenant_id.bytes)}', true), "
        f"set_config('app.everywhere', '{'true' if reach.everywhere else 'false'}', true), "
        f"set_config('app.plants', '{{{plants}}}', true), "
        f"set_config('statement_timeout', '{limit_ms}', true), "
        f"set_config('lock_timeout', '{limit_ms}', true){admit}"
    )


def _admit_script(rights: Iterable[tuple[str, int]]) -> str:
    pairs = [(subject.encode().hex(), int(version)) for subject, version in rights]
    if not pairs:
        return ""
    subjects = ",".join(subject for subject, _ in pairs)
    versions = ",".join(str(version) for _, version in pairs)
    return f"; select app.admit('{{{subjects}}}', '{{{versions}}}')"


def create_app_schema(runtime: str) -> list[str]:
    """Statements for a service's first migration. `runtime` is the role it runs as."""
    statements = [part for part in _SCHEMA.split(";\n") if part.strip()]
    return [
        *statements,
        f"grant usage on schema app to {runtime}, {runtime}_relay",
        f"grant execute on all functions in schema app to {runtime}, {runtime}_relay",
    ]


def secure(
    table: str,
    runtime: str,
    *,
    plant: str | None = "plant_id",
    plantless_insert: bool = False,
    verbs: str = "select, insert, update, delete",
) -> list[str]:
    """Row security for one table: forced, by tenant, and by plant when it has such a column.

    plant             the column; None for what the whole tenant shares
    plantless_insert  anyone of the tenant may add a row that has no plant yet, and not read it
    verbs             what the runtime role may do
    """
    visible = TENANT if plant is None else f"{TENANT} and {_PLANT.format(column=plant)}"
    statements = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"grant {verbs} on {table} to {runtime}",
        f"create policy reach on {table} to {runtime} using ({visible}) with check ({visible})",
    ]
    if plantless_insert:
        statements.append(
            f"create policy plantless on {table} for insert to {runtime} "
            f"with check ({TENANT} and {plant} is null)"
        )
    return statements


def read_settings_directly() -> str:
    """A statement that makes the policies of this database, which were made with the functions of
    the schema `app`, read the settings themselves."""
    return f"""
do $do$
declare
  made record;
begin
  for made in
    select p.polname, p.polrelid::regclass as relation,
           pg_get_expr(p.polqual, p.polrelid) as seen,
           pg_get_expr(p.polwithcheck, p.polrelid) as written
    from pg_policy p
  loop
    if made.seen like '%app.%()%' then
      execute format('alter policy %I on %s using (%s)', made.polname, made.relation,
                     {_directly("made.seen")});
    end if;
    if made.written like '%app.%()%' then
      execute format('alter policy %I on %s with check (%s)', made.polname, made.relation,
                     {_directly("made.written")});
    end if;
  end loop;
end
$do$
"""


def _directly(expression: str) -> str:
    """SQL that replaces calls in the text of a policy."""
    for call, setting in _SETTINGS.items():
        quoted = setting.replace("'", "''")
        expression = f"replace({expression}, '{call}', '({quoted})')"
    return expression


def secure_message_tables(runtime: str) -> list[str]:
    """Row security for outbox, inbox, idempotency and dead letters."""
    relay = f"{runtime}_relay"
    return [
        *secure("outbox", runtime, plant=None, verbs="select, insert"),
        f"grant select, update, delete on outbox to {relay}",
        f"create policy relay on outbox to {relay} using (true) with check (true)",
        *secure("inbox", runtime, plant=None, verbs="select, insert, update"),
        *secure("idempotency", runtime, plant=None, verbs="select, insert"),
        f"grant select (at), delete on idempotency to {relay}",
        f"create policy relay on idempotency to {relay} using (true)",
        *secure("dead_letters", runtime, plant=None, verbs="select, insert, update"),
        f"grant select on dead_letters to {relay}",
        f"create policy relay on dead_letters to {relay} using (true)",
    ]


# Every row returned is a fault. Tables of extensions and of the migration tool are left out.
LINT = """
with ours as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
         c.relowner, c.reloptions, n.nspname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and c.relname not in ('alembic_version', 'spatial_ref_sys')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
),
tables as (select * from ours where relkind in ('r', 'p')),
tenants_tables as (
  select * from tables t
  where coalesce(obj_description(t.oid, 'pg_class'), '') not like 'belongs to no tenant%'
),
policies as (
  select p.polrelid, p.polname, p.polroles,
         coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' ||
         coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') as body
  from pg_policy p
),
runtime as (
  select oid, rolname from pg_roles where rolname = any (cast(:roles as text[]))
),
leakproof_types as (
  select unnest(array['int2','int4','int8','text','varchar','uuid','timestamptz','date','bool'])
    as typname
)
select 'L1 row security is not enabled and forced' as rule, relname::text as object
  from tables where not (relrowsecurity and relforcerowsecurity)
union all
select 'L2 no policy', relname::text from tables t
  where not exists (select from policies p where p.polrelid = t.oid)
union all
select 'L3 policy calls a function outside a sub-select', t.relname || '.' || p.polname
  from policies p join tables t on t.oid = p.polrelid
  where p.body ~ 'app\\.' and
    regexp_replace(p.body, '@sub_select@', '', 'g') ~ 'app\\.'
union all
select 'L4 the runtime role owns an object or bypasses row security', r.rolname::text
  from pg_roles r
  where r.rolname = any (cast(:roles as text[]))
    and (r.rolsuper or r.rolbypassrls or exists (select from ours o where o.relowner = r.oid))
union all
select 'L5 view without security_invoker', relname::text from ours
  where relkind = 'v' and not coalesce(reloptions @> array['security_invoker=true'], false)
union all
select 'L6 materialized view readable by the runtime role', o.relname::text
  from ours o, runtime r where o.relkind = 'm' and has_table_privilege(r.oid, o.oid, 'select')
union all
select 'L7 runtime role may truncate, reference or create triggers', t.relname::text
  from tables t, runtime r
  where has_table_privilege(r.oid, t.oid, 'truncate')
     or has_table_privilege(r.oid, t.oid, 'references')
     or has_table_privilege(r.oid, t.oid, 'trigger')
union all
select 'L8 foreign key without tenant_id', c.conname::text
  from pg_constraint c join tables t on t.oid = c.conrelid
  where c.contype = 'f' and not exists (
    select from unnest(c.conkey) k
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k
    where a.attname = 'tenant_id')
union all
select 'L9 unique key without tenant_id or a uuid or identity of its own', i.relname::text
  from pg_index x join pg_class i on i.oid = x.indexrelid
  join tenants_tables t on t.oid = x.indrelid
  where x.indisunique and not exists (
    select from unnest(x.indkey::int2[]) k
    join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k
    join pg_type y on y.oid = a.atttypid
    where a.attname = 'tenant_id' or y.typname = 'uuid' or a.attidentity <> '')
union all
select 'L10 index on a type whose operators are not leakproof', i.relname::text
  from pg_index x join pg_class i on i.oid = x.indexrelid join tables t on t.oid = x.indrelid
  join pg_attribute a on a.attrelid = x.indexrelid
  join pg_type y on y.oid = a.atttypid
  where y.typname not in (select typname from leakproof_types)
    and not coalesce(obj_description(i.oid, 'pg_class') like 'used by definer %', false)
union all
select 'L11 security definer function open to public or without search_path', p.proname::text
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    and (not coalesce(array_to_string(p.proconfig, ',') like '%search_path=%', false)
         or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
                    where acl.grantee = 0 and acl.privilege_type = 'EXECUTE'))
union all
select 'L12 table without tenant_id', t.relname::text from tenants_tables t
  where not exists (select from pg_attribute a
                    where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnum > 0)
order by 1, 2
"""


def _sub_select(depth: int = 5) -> str:
    """A pattern for a sub-select with brackets inside brackets, so deep."""
    inside = "[^()]*"
    for _ in range(depth):
        inside = rf"[^()]*(\({inside}\)[^()]*)*"
    return rf"\( *SELECT {inside}\)"


async def lint(conn: AsyncConnection, runtime: str) -> list[tuple[str, str]]:
    """(rule, object) of everything in this database that row security does not hold for.

    Source of the rules: PostgreSQL manual, "Row Security Policies" and "Rules and Privileges".
    """
    rows: Any = await conn.execute(
        text(LINT.replace("@sub_select@", _sub_select())), {"roles": [runtime, f"{runtime}_relay"]}
    )
    return [(row.rule, row.object) for row in rows]

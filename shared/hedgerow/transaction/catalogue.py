"""The lint over a database's catalogue: what row security does not hold for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Every row returned is a fault. Tables of extensions and of the migration tool are left out. The index
# of an exclusion constraint is there for the constraint, whatever row security makes of it for queries.
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
    and not x.indisexclusion
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

"""Tenants and plants in the database: roles, row security. The lint that proves both is in `catalogue`.

Three roles a service: `<name>_owner` (cannot log in) owns everything; `<name>` is what the
service runs as, owns nothing and sees only the rows of the transaction's reach; `<name>_relay`
(cannot log in) is what the same process becomes to send the outbox of all tenants, and sees the
outbox only.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

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

    A statement is planned once on a connection, and not for each call: policies make planning
    dear, for short reads dearer than the read, and the conditions on tenant and plant come first
    in every index, whatever their values are.

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
        f"set_config('plan_cache_mode', 'force_generic_plan', true), "
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

"""What the database itself sees to: nobody edits evidence, and every entry is linked to the last.

The runtime role may read entries and call `app.record`; it has no right to write a table of
evidence. `app.record` runs as the owner, for the tenant of the transaction only.
"""

from __future__ import annotations

from hedgerow.transaction.tenancy import TENANT, secure

# One statement for any number of chains, each at most once: the head gives the next number and the
# hash before, and both go into the entry. Heads are taken in the order of their names, so two
# transactions never wait for each other in a circle.
_RECORD = """
create function app.record(
  at timestamptz, streams text[], plants uuid[], actors text[], bodies text[])
returns void language sql volatile security definer set search_path = public, pg_temp as $$
  with given as (
    select u.stream collate "C" as stream, u.plant, u.actor, u.body,
           sha256(convert_to((select app.tenant())::text || ' ' || u.stream || ' ' || u.body,
                             'UTF8')) as content
    from unnest(streams, plants, actors, bodies) as u (stream, plant, actor, body)
  ), head as (
    insert into evidence_heads as h (tenant_id, stream, plant_id, seq, prev, hash, content)
    select app.tenant(), g.stream, g.plant, 1, zero.hash,
           sha256(zero.hash || int8send(1) || g.content), g.content
    from given g, (select decode(repeat('00', 32), 'hex') as hash) zero
    order by g.stream
    on conflict (tenant_id, stream) do update set
      plant_id = excluded.plant_id, seq = h.seq + 1, prev = h.hash, content = excluded.content,
      hash = sha256(h.hash || int8send(h.seq + 1) || excluded.content)
    returning h.tenant_id, h.stream, h.seq, h.prev, h.hash
  )
  insert into evidence (tenant_id, stream, seq, at, actor, body, prev, hash, xact)
  select head.tenant_id, head.stream, head.seq, record.at, given.actor, given.body,
         head.prev, head.hash, pg_current_xact_id()::text::bigint
  from head join given on given.stream = head.stream
$$
"""

_LEAF = """sha256(decode('00', 'hex')
    || convert_to(e.tenant_id::text || ' ' || e.stream || ' ' || e.seq::text || ' ', 'UTF8')
    || e.hash)"""

# What an anchor covers, as leaves of its tree in their order, 32 bytes each: hashes of all
# tenants' chains, from which nothing can be read.
_LEAVES = f"""
create function app.anchor_leaves(from_xact bigint, snapshot pg_snapshot) returns bytea
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(string_agg(leaf.hash, ''::bytea order by leaf.tenant_id, leaf.stream), '')
  from (
    select distinct on (e.tenant_id, e.stream) e.tenant_id, e.stream, {_LEAF} as hash
    from evidence e
    where e.xact >= from_xact and e.xact < pg_snapshot_xmax(snapshot)::text::bigint
      and pg_visible_in_snapshot(e.xact::text::xid8, snapshot)
    order by e.tenant_id, e.stream, e.seq desc
  ) leaf
$$
"""

_REFUSE = """
create function app.refuse_edit() returns trigger language plpgsql as $$
begin
  raise exception 'evidence is append-only' using errcode = 'insufficient_privilege';
end
$$
"""

_APPEND_ONLY = ("evidence", "evidence_anchors")


def secure_evidence(runtime: str) -> list[str]:
    """Statements that follow the making of the three tables."""
    owner, relay = f"{runtime}_owner", f"{runtime}_relay"
    return [
        *secure("evidence_heads", runtime, verbs="select"),
        *secure("evidence", runtime, plant=None, verbs="select"),
        # An entry is in reach where the head of its chain is. Looked up entry by entry, not with
        # `exists`: for that PostgreSQL would read all heads of the tenant before the first entry.
        f"alter policy reach on evidence to {runtime} using ({TENANT} and ("
        "select true from evidence_heads h where h.tenant_id = evidence.tenant_id "
        "and h.stream = evidence.stream))",
        "alter table evidence_anchors enable row level security",
        "alter table evidence_anchors force row level security",
        f"grant select on evidence_anchors to {runtime}",
        f"create policy reach on evidence_anchors for select to {runtime} using (true)",
        f"create policy definer on evidence_heads to {owner} using ({TENANT}) with check ({TENANT})",
        f"create policy definer on evidence for insert to {owner} with check ({TENANT})",
        f"create policy definer_read on evidence for select to {owner} using (true)",
        f"grant select (tenant_id, stream, seq, hash, xact) on evidence to {relay}",
        f"create policy relay on evidence for select to {relay} using (true)",
        f"grant select, insert on evidence_anchors to {relay}",
        f"create policy relay on evidence_anchors to {relay} using (true) with check (true)",
        _RECORD,
        _LEAVES,
        _REFUSE,
        *_only_append(),
        "alter table evidence_heads set (fillfactor = 70)",
        "revoke all on function app.record, app.anchor_leaves, app.refuse_edit from public",
        f"grant execute on function app.record, app.anchor_leaves to {runtime}",
        f"grant execute on function app.anchor_leaves to {relay}",
    ]


def _only_append() -> list[str]:
    """Triggers that fire for everybody, replication included. A head only ever moves on by one."""
    statements = []
    for table, verbs in (*((each, "update or delete") for each in _APPEND_ONLY),
                         ("evidence_heads", "delete")):  # fmt: skip
        statements += [
            f"create trigger append_only before {verbs} on {table} "
            "for each row execute function app.refuse_edit()",
            f"create trigger no_truncate before truncate on {table} "
            "for each statement execute function app.refuse_edit()",
            f"alter table {table} enable always trigger append_only",
            f"alter table {table} enable always trigger no_truncate",
        ]
    return [
        *statements,
        "create trigger moves_on before update on evidence_heads for each row when ("
        "new.seq <> old.seq + 1 or new.prev <> old.hash or new.stream <> old.stream "
        "or new.tenant_id <> old.tenant_id) execute function app.refuse_edit()",
        "alter table evidence_heads enable always trigger moves_on",
    ]

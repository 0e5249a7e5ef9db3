"""Every change leaves an entry with who, where from, why and what; nobody can take it back."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hedgerow.auth import Origin, Permission, Presence
from hedgerow.bus import RemoteRefusal
from hedgerow.contracts.evidence import EvidencePlace, EvidenceWhere, EvidenceWindow, FieldChange
from hedgerow.contracts.values import PlantId, PresenceVerdict, new_id
from hedgerow.evidence.entry import content_of, link
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow.transaction.tenancy import enter
from sample import AddThing, ListSampleEvidence
from sample_world import World
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import Databases, caller

ORIGIN = Origin("req-1", "203.0.113.7", "Scanner 4")
PAGE = EvidenceWindow(size=100)


def add(name: str, quantity: int = 1, plant_id: PlantId | None = None) -> AddThing:
    return AddThing(name=name, quantity=Decimal(quantity), plant_id=plant_id)


async def listed(world: World, **where: Any) -> list[Any]:
    query = ListSampleEvidence(where=EvidenceWhere(**where), window=PAGE)
    return list((await world.bus.request(query, world.caller)).entries)


def owners_engine(databases: Databases, world: World) -> AsyncEngine:
    """As the superuser, in the world's database."""
    return connect_unpooled(
        async_url(databases.admin_url)
        .set(database=world.engine.url.database, drivername="postgresql")
        .render_as_string(hide_password=False)
    )


async def test_an_entry_says_who_from_where_what_and_why(world: World) -> None:
    plant = PlantId(new_id())
    at = datetime.now(UTC)
    presence = Presence(
        number="PC20260329-0001",
        plant_id=plant,
        act="STOCK_RECEIVE",
        verdict=PresenceVerdict.INSIDE,
        lon=121.5,
        lat=29.8,
        accuracy_m=5.0,
        at=at,
        attested_at=at,
    )

    await world.bus.request(
        add("bolt", 3, plant), world.caller, key="k1", origin=ORIGIN, presence=presence
    )

    [entry] = await listed(world, streams=("thing:bolt",))
    assert (entry.owner, entry.stream, entry.seq, entry.plant_id) == (
        "sample",
        "thing:bolt",
        1,
        plant,
    )
    assert (entry.actor, entry.action) == ("administrator", "added")
    assert entry.changes == (FieldChange(field="quantity", before=None, after="3"),)
    assert (entry.ip, entry.device, entry.request_id) == ("203.0.113.7", "Scanner 4", "req-1")
    assert entry.cause == "hedgerow.cmd.sample.add_thing.v1"
    assert entry.presence.number == "PC20260329-0001"
    assert (entry.presence.lon, entry.presence.accuracy_m) == (121.5, 5.0)


async def test_entries_of_one_batch_are_of_their_own_callers(world: World) -> None:
    people = [
        caller(world.caller.tenant_id, tenant=frozenset(Permission), subject=f"user-{n}")
        for n in range(8)
    ]

    await asyncio.gather(
        *(
            world.bus.request(add(f"n{n}"), each, origin=Origin(f"r{n}", f"10.0.0.{n}"))
            for n, each in enumerate(people)
        )
    )

    entries = {each.stream: each for each in await listed(world)}
    for n in range(8):
        entry = entries[f"thing:n{n}"]
        assert (entry.actor, entry.ip, entry.request_id) == (f"user-{n}", f"10.0.0.{n}", f"r{n}")


async def test_a_refusal_leaves_no_entry(world: World) -> None:
    with pytest.raises(RemoteRefusal, match="Too many"):
        await world.bus.request(add("much", 101), world.caller)

    assert await listed(world) == []


async def test_a_repeated_command_leaves_one_entry(world: World) -> None:
    for _ in range(3):
        await world.bus.request(add("once"), world.caller, key="same")

    assert len(await listed(world)) == 1


async def test_the_chain_is_what_its_text_says(world: World, databases: Databases) -> None:
    tenant = world.caller.tenant_id
    async with world.engine.begin() as conn:
        await enter(conn, world.caller.reach(), timeout_s=5)
        for n in range(3):
            await conn.execute(
                text("select app.record(now(), array['thing:x'], array[null]::uuid[], "
                     "array['me'], array[:body])"), {"body": f'{{"n":{n}}}'},
            )  # fmt: skip
    admin = owners_engine(databases, world)
    async with admin.connect() as conn:
        rows = (await conn.execute(text("select * from evidence order by seq"))).all()
        head = (await conn.execute(text("select * from evidence_heads"))).one()
    await admin.dispose()

    before = bytes(32)
    for seq, row in enumerate(rows, 1):
        content = hashlib.sha256(f'{tenant} thing:x {{"n":{seq - 1}}}'.encode()).digest()
        assert content == content_of(tenant, "thing:x", row.body)
        assert (row.seq, row.prev) == (seq, before)
        before = hashlib.sha256(before + seq.to_bytes(8, "big") + content).digest()
        assert row.hash == before == link(row.prev, seq, content)
    assert (head.seq, head.hash) == (3, before)


NOT_OURS = [
    "insert into evidence select * from evidence",
    "update evidence set body = '{}'",
    "delete from evidence",
    "truncate evidence",
    "update evidence_heads set seq = 0",
    "delete from evidence_heads",
    "insert into evidence_anchors select * from evidence_anchors",
    "delete from evidence_anchors",
    "alter table evidence disable trigger all",
]


async def test_the_service_itself_cannot_touch_what_is_written(world: World) -> None:
    await world.bus.request(add("kept"), world.caller)

    for statement in NOT_OURS:
        with pytest.raises(DBAPIError, match="permission denied|must be owner"):
            async with world.engine.begin() as conn:
                await enter(conn, world.caller.reach(), timeout_s=5)
                await conn.execute(text(statement))

    assert len(await listed(world)) == 1


EDITS = [
    "update evidence set body = '{}'",
    "delete from evidence",
    "truncate evidence",
    "delete from evidence_heads",
    "truncate evidence_heads",
    "update evidence_heads set seq = seq + 2",
    "update evidence_heads set seq = seq + 1",
    "truncate evidence_anchors",
]


async def test_not_even_a_superuser_can_by_mistake(world: World, databases: Databases) -> None:
    await world.bus.request(add("kept"), world.caller)
    admin = owners_engine(databases, world)

    async with admin.connect() as conn:
        for role in ("origin", "replica"):
            await conn.execute(text(f"set session_replication_role = {role}"))
            for statement in EDITS:
                with pytest.raises(DBAPIError, match="append-only"):
                    await conn.execute(text(statement))
    await admin.dispose()

    assert len(await listed(world)) == 1


async def test_evidence_is_found_by_time_actor_plant_and_page(world: World) -> None:
    north, south = PlantId(new_id()), PlantId(new_id())
    tenant = world.caller.tenant_id
    other = caller(tenant, tenant=frozenset(Permission), subject="other")
    for n in range(6):
        await world.bus.request(
            add(f"t{n}", 1, north if n % 2 else south), other if n == 4 else world.caller
        )
    newest_first = [f"thing:t{n}" for n in range(5, -1, -1)]

    everything = await listed(world)
    by_plant = await listed(world, plant_ids=(north,))
    by_actor = await listed(world, actors=("other",))
    later = await listed(world, since=everything[2].at)
    earlier = await listed(world, before=everything[2].at)

    assert [each.stream for each in everything] == newest_first
    assert [each.stream for each in by_plant] == ["thing:t5", "thing:t3", "thing:t1"]
    assert [each.stream for each in by_actor] == ["thing:t4"]
    assert [each.stream for each in later] == newest_first[:3]
    assert [each.stream for each in earlier] == newest_first[3:]

    def place(each: Any) -> EvidencePlace:
        return EvidencePlace(each.at, each.owner, each.stream, each.seq)

    window = EvidenceWindow(size=2, after=place(everything[1]), total=True)
    part = await world.bus.request(ListSampleEvidence(window=window), world.caller)
    assert [each.stream for each in part.entries] == newest_first[2:4]
    assert (part.more, part.total) == (True, 6)
    backward = EvidenceWindow(size=3, before=place(everything[5]), backward=True)
    part = await world.bus.request(ListSampleEvidence(window=backward), world.caller)
    assert [each.stream for each in part.entries] == newest_first[2:5]
    assert part.more is True


async def test_evidence_is_read_where_its_plant_may_be_read(world: World) -> None:
    north, south = PlantId(new_id()), PlantId(new_id())
    for name, plant in (("n", north), ("s", south), ("nowhere", None)):
        await world.bus.request(add(name, 1, plant), world.caller)
    held = frozenset({Permission.PLANT_READ, Permission.EVIDENCE_READ})
    tenant = world.caller.tenant_id
    reader = caller(tenant, plants={north: held})
    sees_plant_only = caller(tenant, plants={north: frozenset({Permission.PLANT_READ})})

    query = ListSampleEvidence(window=EvidenceWindow(size=10, total=True))
    seen = await world.bus.request(query, reader)
    unseen = await world.bus.request(query, sees_plant_only)

    assert [each.stream for each in seen.entries] == ["thing:n"]
    assert seen.total == 1
    assert (unseen.entries, unseen.total) == ((), 0)


async def test_rights_of_an_older_version_are_turned_away(world: World) -> None:
    tenant = world.caller.tenant_id

    def acting(version: int) -> Any:
        held = caller(tenant, tenant=frozenset(Permission), subject="wang'); --")
        return type(held)(
            subject=held.subject,
            tenant_id=tenant,
            tenant_grants=held.tenant_grants,
            permission_version=version,
        )

    await world.bus.request(add("before"), acting(0))
    async with world.engine.begin() as conn:
        await enter(conn, world.caller.reach(), timeout_s=5)
        await conn.execute(
            text("insert into access_versions values (:tenant, :subject, 7, now())"),
            {"tenant": tenant, "subject": "wang'); --"},
        )

    with pytest.raises(RemoteRefusal) as refusal:
        await world.bus.request(add("stale"), acting(6))
    await world.bus.request(add("fresh"), acting(7))

    assert refusal.value.code == "ACCESS_CHANGED"
    assert {each.stream for each in await listed(world)} == {"thing:before", "thing:fresh"}

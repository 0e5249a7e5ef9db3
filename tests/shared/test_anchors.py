"""A running service anchors its evidence by itself, publishes the anchors, and verifies chains."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hedgerow.contracts.evidence import FaultKind, StreamVerdict
from hedgerow.evidence.anchor import AnchorCheck, Signed
from hedgerow.evidence.audit import Audit
from hedgerow.service.process import Process
from hedgerow.transaction.database import async_url, connect_unpooled
from nats.js.errors import APIError
from sample import AddThing, VerifySampleEvidence, service
from sample_world import World
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tampering import disarm
from worlds import Databases

STREAM = "thing:bolt"


@pytest.fixture
def key() -> Ed25519PrivateKey:
    """Each test's own: the stream of anchors is shared."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
async def anchoring(world: World, tmp_path: Path, key: Ed25519PrivateKey) -> AsyncIterator[World]:
    """The world's process once more, with a key and an anchor ten times a second."""
    file = tmp_path / "anchor.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    await world.process.stop()
    settings = replace(world.settings, anchor_key_file=file, anchor_every_s=0.1)
    process = Process(service, settings)
    await process.start()
    yield replace(world, process=process, settings=settings)
    await process.stop()


async def add(world: World, name: str = "bolt") -> None:
    await world.bus.request(AddThing(name=name, quantity=Decimal(1)), world.caller)


async def verdict(world: World, *, entries: int) -> StreamVerdict:
    """Of the bolt, as soon as so many of its entries are anchored."""
    query = VerifySampleEvidence(streams=(STREAM,))
    for _ in range(200):
        [found] = await world.bus.request(query, world.caller)
        if found.anchored >= entries:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def published(world: World, key: Ed25519PrivateKey, count: int) -> list[Signed]:
    for _ in range(200):
        found = [Signed.of_message(each) async for each in world.bus.published_anchors("sample")]
        mine = [each for each in found if AnchorCheck(key.public_key()).is_genuine(each)]
        if len(mine) >= count:
            return mine
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def superuser(databases: Databases, world: World) -> AsyncEngine:
    return connect_unpooled(
        async_url(databases.admin_url)
        .set(database=world.engine.url.database, drivername="postgresql")
        .render_as_string(hide_password=False)
    )


async def edited(databases: Databases, world: World, *statements: str, **values: Any) -> None:
    engine = superuser(databases, world)
    async with engine.connect() as conn:
        await disarm(conn)
        for statement in statements:
            await conn.execute(text(statement), values)
    await engine.dispose()


async def test_a_chain_is_verified_with_the_anchor_over_it(
    anchoring: World, databases: Databases
) -> None:
    await add(anchoring)
    await add(anchoring, "nut")

    good = await verdict(anchoring, entries=1)

    assert (good.owner, good.stream, good.entries, good.anchored) == ("sample", STREAM, 1, 1)
    assert good.faults == ()
    assert good.anchor is not None and good.anchor.number >= 1

    await edited(databases, anchoring, "update evidence set actor = 'nobody'")
    changed = await verdict(anchoring, entries=1)
    assert [(fault.kind, fault.seq) for fault in changed.faults] == [(FaultKind.ENTRY, 1)]


async def test_a_chain_that_was_written_anew_does_not_fit_its_anchor(
    anchoring: World, databases: Databases
) -> None:
    await add(anchoring)
    good = await verdict(anchoring, entries=1)

    await edited(
        databases,
        anchoring,
        "update evidence set body = replace(body, 'added', 'found')",
        "update evidence set hash = sha256(prev || int8send(seq) || sha256(convert_to("
        "tenant_id::text || ' ' || stream || ' ' || body, 'UTF8')))",
        "update evidence_heads h set hash = e.hash from evidence e where e.stream = h.stream",
    )
    anew = await verdict(anchoring, entries=1)

    assert anew.head != good.head
    assert good.anchor is not None
    assert {(fault.kind, fault.seq) for fault in anew.faults} == {
        (FaultKind.ANCHOR, good.anchor.number)
    }


async def test_a_forged_anchor_is_not_signed(anchoring: World, databases: Databases) -> None:
    await add(anchoring)
    await verdict(anchoring, entries=1)

    await edited(databases, anchoring, "update evidence_anchors set signature = sha256('x') "
                 "|| sha256('y')")  # fmt: skip
    forged = await verdict(anchoring, entries=1)

    assert {fault.kind for fault in forged.faults} == {FaultKind.SIGNATURE}


async def test_anchors_are_published_where_nobody_deletes_them(
    anchoring: World, databases: Databases, key: Ed25519PrivateKey
) -> None:
    await add(anchoring)
    first = (await published(anchoring, key, 1))[-1]
    await add(anchoring, "nut")
    both = await published(anchoring, key, 2)

    assert both[-1].anchor.number == first.anchor.number + 1
    assert both[-1].anchor.previous == first.hash().hex()
    jetstream = anchoring.bus._connection.client.jetstream()
    for refused in (
        jetstream.purge_stream("HEDGEROW_ANCHORS"),
        jetstream.delete_msg("HEDGEROW_ANCHORS", 1),
    ):
        with pytest.raises(APIError):
            await refused

    await edited(
        databases,
        anchoring,
        "delete from evidence_anchors where number = (select max(number) from evidence_anchors)",
    )
    engine = superuser(databases, anchoring)
    async with engine.connect() as conn:
        conn = await conn.execution_options(isolation_level="READ COMMITTED")
        report = await Audit("sample", conn, AnchorCheck(key.public_key())).run(both[-2:])
    await engine.dispose()
    assert FaultKind.ANCHOR_MISSING in {fault.kind for fault in report.faults}


async def test_nothing_new_makes_no_anchor(anchoring: World, key: Ed25519PrivateKey) -> None:
    await add(anchoring)
    before = await published(anchoring, key, 1)
    await asyncio.sleep(0.5)

    after = await published(anchoring, key, 1)

    assert [each.anchor.number for each in after] == [each.anchor.number for each in before]


async def test_after_a_change_of_keys_older_anchors_are_still_genuine(
    anchoring: World, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    await add(anchoring)
    before = await verdict(anchoring, entries=1)
    await anchoring.process.stop()
    old = tmp_path / "old"
    old.mkdir()
    (old / "2025.pem").write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    new = tmp_path / "new.pem"
    new.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

    faults = []
    for settings in (
        replace(anchoring.settings, anchor_key_file=new),
        replace(anchoring.settings, anchor_key_file=new, anchor_old_keys=old),
    ):
        process = Process(service, settings)
        await process.start()
        faults.append((await verdict(anchoring, entries=1)).faults)
        await process.stop()

    assert before.faults == ()
    assert {fault.kind for fault in faults[0]} == {FaultKind.SIGNATURE}
    assert faults[1] == ()

"""BulkInsert and BulkUpdate on a table with every kind of column they treat in their own way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sample
from hedgerow.contracts.values import new_id
from hedgerow.transaction import BulkInsert, BulkUpdate
from hedgerow.transaction.bulk import UnequalRows
from hedgerow.transaction.database import async_url, connect_unpooled
from sqlalchemy import Column, MetaData, Numeric, Table, Text, Uuid, event, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import Databases

crates = Table(
    "crates",
    MetaData(),
    Column("tenant_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("place", JSONB),
    Column("note", Text),
    Column("weight", Numeric),
)
EVERY = tuple(column.name for column in crates.c)
TENANT, OTHER = new_id(), new_id()


@pytest.fixture
async def conn(databases: Databases) -> AsyncIterator[AsyncConnection]:
    database = async_url(await databases.fresh("sample", sample.service)).database
    engine = connect_unpooled(
        async_url(databases.admin_url).set(database=database).render_as_string(hide_password=False)
    )
    async with engine.connect() as conn:
        await conn.run_sync(crates.create)
        yield conn
    await engine.dispose()


def crate(code: str, weight: Any = 1, *, tenant_id: UUID = TENANT, **fields: Any) -> dict[str, Any]:
    given = {"place": {"row": 1}, "note": None, "weight": Decimal(weight)} | fields
    return {"tenant_id": tenant_id, "code": code, **given}


async def stored(conn: AsyncConnection) -> list[tuple[Any, ...]]:
    rows = await conn.execute(select(crates).order_by(crates.c.tenant_id, crates.c.code))
    return [tuple(row) for row in rows]


def spied(conn: AsyncConnection) -> list[tuple[str, tuple[Any, ...]]]:
    """Statements with their parameters, as they are sent from now on."""
    sent: list[tuple[str, tuple[Any, ...]]] = []
    event.listen(
        conn.sync_connection,
        "before_cursor_execute",
        lambda _c, _cursor, text, parameters, *_: sent.append((text, parameters)),
    )
    return sent


@pytest.mark.parametrize("same", [(), ("tenant_id",), ("tenant_id", "place", "note", "weight")])
async def test_rows_are_the_same_whichever_way_their_columns_are_sent(conn, same):
    insert = BulkInsert(crates, *EVERY, same=same)

    await insert(conn, [crate("A"), crate("B"), crate("C")])

    assert await stored(conn) == [
        (TENANT, code, {"row": 1}, None, Decimal(1)) for code in ("A", "B", "C")
    ]


async def test_what_is_the_same_is_sent_once(conn):
    insert = BulkInsert(crates, *EVERY, same=("tenant_id", "place"))
    sent = spied(conn)

    await insert(conn, [crate("A", 1), crate("B", 2)])

    [(text, parameters)] = sent
    assert parameters == (
        TENANT,
        '{"row":1}',
        ["A", "B"],
        [None, None],
        [Decimal(1), Decimal(2)],
    )
    assert text.count("[]") == 3


async def test_rows_that_are_not_the_same_are_not_written(conn):
    insert = BulkInsert(crates, *EVERY, same=("tenant_id", "note"))

    for odd in (crate("B", tenant_id=OTHER), crate("B", note="")):
        with pytest.raises(UnequalRows):
            await insert(conn, [crate("A"), odd])

    assert await stored(conn) == []


async def test_without_rows_nothing_is_sent(conn):
    sent = spied(conn)

    assert await BulkInsert(crates, *EVERY, same=("note",))(conn, []) is None
    assert await BulkUpdate(crates, key=("tenant_id", "code"), set=("note",))(conn, []) is None

    assert sent == []


async def test_rows_that_are_there_are_left_alone_when_asked_for(conn):
    insert = BulkInsert(
        crates, *EVERY, same=("tenant_id",), ignore_conflicts=True, returning=("code",)
    )
    await insert(conn, [crate("A", 1)])

    added = await insert(conn, [crate("A", 2), crate("B", 2)])

    assert [row.code for row in added] == ["B"]
    assert [row[1::3] for row in await stored(conn)] == [("A", Decimal(1)), ("B", Decimal(2))]


@pytest.mark.parametrize("same", [(), ("tenant_id", "note")])
async def test_upserting_replaces_adds_and_says_which_rows_it_changed(conn, same):
    upsert = BulkInsert(crates, *EVERY, same=same).upserting(
        key=("tenant_id", "code"),
        set=("place", "note"),
        add=("weight",),
        only_if=lambda old, new: old.note.is_distinct_from(new.note),
        returning=("code", "weight"),
    )
    await upsert(conn, [crate("A", 1), crate("B", 1, place={"row": 2})])

    changed = await upsert(conn, [crate("A", 2, note="seen"), crate("C", 4, note="seen")])
    untouched = await upsert(conn, [crate("A", 9, note="seen")])

    assert sorted((row.code, row.weight) for row in changed) == [("A", 3), ("C", 4)]
    assert untouched.all() == []
    assert await stored(conn) == [
        (TENANT, "A", {"row": 1}, "seen", Decimal(3)),
        (TENANT, "B", {"row": 2}, None, Decimal(1)),
        (TENANT, "C", {"row": 1}, "seen", Decimal(4)),
    ]


@pytest.mark.parametrize("same", [(), ("tenant_id",), ("tenant_id", "place", "note")])
async def test_an_update_sets_and_adds_to_the_rows_of_its_keys_only(conn, same):
    await BulkInsert(crates, *EVERY)(
        conn, [crate("A"), crate("B"), crate("C"), crate("A", tenant_id=OTHER)]
    )
    update = BulkUpdate(
        crates,
        key=("tenant_id", "code"),
        set=("place", "note"),
        add=("weight",),
        same=same,
        returning=("code",),
    )
    new = {"place": ["far"], "note": "moved"}

    found = await update(conn, [crate(code, 5, **new) for code in ("A", "C", "NONE")])

    assert sorted(row.code for row in found) == ["A", "C"]
    everything = await stored(conn)
    assert sorted(row for row in everything if row[0] == TENANT) == [
        (TENANT, "A", ["far"], "moved", Decimal(6)),
        (TENANT, "B", {"row": 1}, None, Decimal(1)),
        (TENANT, "C", ["far"], "moved", Decimal(6)),
    ]
    assert [row[2:] for row in everything if row[0] == OTHER] == [({"row": 1}, None, Decimal(1))]


async def test_a_key_that_is_the_same_in_all_rows_is_compared_as_one_value(conn):
    sent = spied(conn)
    update = BulkUpdate(crates, key=("tenant_id", "code", "note"), set=("weight",), same=("note",))

    await update(conn, [crate("A", note="x"), crate("B", note="x")])

    [(text, parameters)] = sent
    assert "crates.code = ANY" in text
    assert "ANY" not in text.split("crates.note")[1].split("AND")[0]
    assert "x" in parameters

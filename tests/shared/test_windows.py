"""Keyset windows over a list of nine rows, and what is no cursor of it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sample
from hedgerow.contracts.values import Page, new_id
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow.transaction.windows import BadCursor, BadPageSize, Window, cursor, windowed
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid, event, select
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import Databases

visits = Table(
    "visits",
    MetaData(),
    Column("at", DateTime(timezone=True)),
    Column("id", Uuid, primary_key=True),
    Column("name", Text(collation="C")),
    Column("number", BigInteger),
)
BY = (visits.c.at, visits.c.id)
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
ALL = sorted((NOON + timedelta(microseconds=us), new_id()) for us in (0, 1, 1, 1, 1, 2, 3, 3, 999))


@pytest.fixture(scope="module")
async def conn(databases: Databases) -> AsyncIterator[AsyncConnection]:
    database = async_url(await databases.fresh("sample", sample.service)).database
    engine = connect_unpooled(
        async_url(databases.admin_url).set(database=database).render_as_string(hide_password=False)
    )
    async with engine.connect() as conn:
        await conn.run_sync(visits.create)
        rows = [{"at": at, "id": id, "name": "N", "number": n} for n, (at, id) in enumerate(ALL)]
        await conn.execute(visits.insert(), rows)
        yield conn
    await engine.dispose()


async def shown(conn, *, descending=False, matching=None, **page):
    matching = select(visits) if matching is None else matching
    part = await windowed(conn, matching, Page(**page), by=BY, descending=descending)
    return [(row.at, row.id) for row in part.rows], part


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [1, 2, 4, 8, 9, 10, 100])
async def test_forward_pages_show_every_row_once_in_order(conn, descending, size):
    found, pages, after = [], [], None
    while not pages or pages[-1].has_next:
        rows, part = await shown(conn, descending=descending, first=size, after=after)
        found += rows
        pages.append(part)
        after = part.cursors[-1]

    assert found == (ALL[::-1] if descending else ALL)
    assert [page.has_previous for page in pages] == [False] + [True] * (len(pages) - 1)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("size", [1, 2, 4, 8, 9, 10, 100])
async def test_backward_pages_show_every_row_once_in_the_same_order(conn, descending, size):
    found, pages, before = [], [], None
    while not pages or pages[-1].has_previous:
        rows, part = await shown(conn, descending=descending, last=size, before=before)
        found = rows + found
        pages.append(part)
        before = part.cursors[0]

    assert found == (ALL[::-1] if descending else ALL)
    assert [page.has_next for page in pages] == [False] + [True] * (len(pages) - 1)


async def test_a_window_may_be_closed_on_both_sides(conn):
    _, every = await shown(conn, first=9)
    between = {"after": every.cursors[1], "before": every.cursors[6]}

    whole, all_of_it = await shown(conn, first=9, **between)
    first, from_the_start = await shown(conn, first=2, **between)
    last, from_the_end = await shown(conn, last=2, **between)

    assert (whole, first, last) == (ALL[2:6], ALL[2:4], ALL[4:6])
    assert (all_of_it.has_previous, all_of_it.has_next) == (True, False)
    assert (from_the_start.has_previous, from_the_start.has_next) == (True, True)
    assert (from_the_end.has_previous, from_the_end.has_next) == (True, True)


async def test_after_the_last_row_there_is_nothing(conn):
    _, every = await shown(conn, first=9)

    rows, part = await shown(conn, first=3, after=every.cursors[-1], total=True)

    assert (rows, part.cursors, part.has_previous, part.has_next) == ([], (), True, False)
    assert part.total == 9


async def test_the_total_is_that_of_the_list_and_takes_a_statement_only_when_asked_for(conn):
    sent: list[str] = []
    event.listen(conn.sync_connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    even = select(visits).where(visits.c.number.in_([0, 2, 4]))

    _, counted = await shown(conn, matching=even, first=1, total=True)
    together = len(sent)
    _, uncounted = await shown(conn, matching=even, first=1)

    assert (counted.total, uncounted.total) == (3, None)
    assert (together, len(sent)) == (2, 3)


async def test_cursors_are_one_a_row_and_fit_into_a_url(conn):
    _, part = await shown(conn, first=9)

    assert len(set(part.cursors)) == 9
    assert all(each.replace("-", "").replace("_", "").isalnum() for each in part.cursors)
    assert all(one != two for one, two in pairwise(part.cursors))


@pytest.mark.parametrize(
    ("page", "field"),
    [
        (Page(), "page.first"),
        (Page(first=1, last=1), "page.first"),
        (Page(first=0), "page.first"),
        (Page(first=-1), "page.first"),
        (Page(first=101), "page.first"),
        (Page(last=0), "page.last"),
        (Page(last=101), "page.last"),
    ],
)
def test_a_page_has_exactly_one_size_from_1_to_100(page, field):
    with pytest.raises(BadPageSize) as refused:
        Window.of(page, BY)

    assert (refused.value.code, refused.value.field) == ("PAGE_SIZE", field)


def test_a_cursor_comes_back_as_the_key_it_was_made_of():
    place = new_id()

    window = Window.of(Page(last=3, before=cursor("螺栓", place)), (visits.c.name, visits.c.id))

    assert (window.size, window.backward, window.after) == (3, True, None)
    assert window.before == ("螺栓", place)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


ID = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "a",
        "é",
        "\ud83d",
        "a\0b",
        "_" * 31 + "*",
        encoded(b"not json"),
        encoded(b"[]"),
        encoded(b'["A"]'),
        encoded(b'["A", "B"]'),
        encoded(f'["A", "{ID}", 1]'.encode()),
        encoded(f'["A\\u0000", "{ID}"]'.encode()),
        encoded(f'["A\\ud800", "{ID}"]'.encode()),
        encoded(b'["\xff", "01234567-89ab-cdef-0123-456789abcdef"]'),
        encoded(b"[" * 500),
        "A" * 100_000,
    ],
)
@pytest.mark.parametrize("end", ["after", "before"])
def test_a_malformed_cursor_is_refused(text, end):
    with pytest.raises(BadCursor) as refused:
        Window.of(Page(first=1, **{end: text}), (visits.c.name, visits.c.id))

    assert (refused.value.code, refused.value.field) == ("CURSOR", f"page.{end}")


@pytest.mark.parametrize("number", ["-9223372036854775809", "9223372036854775808", "1e99", '"1"'])
def test_a_number_in_a_cursor_must_fit_its_column(number):
    with pytest.raises(BadCursor):
        Window.of(Page(first=1, after=encoded(f"[{number}]".encode())), (visits.c.number,))


@pytest.mark.parametrize(
    "at", ["2026-03-29T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00", "noon"]
)
def test_a_time_in_a_cursor_must_be_an_instant(at):
    with pytest.raises(BadCursor):
        Window.of(Page(first=1, after=encoded(f'["{at}", "{ID}"]'.encode())), BY)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
async def test_the_first_and_the_last_instant_are_places_like_any_other(conn, at):
    rows, _ = await shown(conn, first=9, after=encoded(f'["{at}", "{ID}"]'.encode()))

    assert rows == (ALL if at.startswith("0001") else [])

import base64
from typing import Annotated
from uuid import UUID

import pytest
from hedgerow.contracts.values import Page, new_id
from hedgerow_inventory.views.windows import BadCursor, BadPageSize, cursor, window
from msgspec import Meta

Key = tuple[str, UUID]


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
    with pytest.raises(BadPageSize) as refusal:
        window(page, Key)

    assert (refusal.value.code, refusal.value.field) == ("PAGE_SIZE", field)


def test_a_cursor_comes_back_as_the_key_it_was_made_of():
    place = new_id()

    view = window(Page(last=3, before=cursor("螺栓", place)), Key)

    assert (view.size, view.backward, view.after) == (3, True, None)
    assert view.before == ("螺栓", place)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "a",
        "é",
        encoded(b"not json"),
        encoded(b"[]"),
        encoded(b'["A"]'),
        encoded(b'["A", "B"]'),
        encoded(b'["A", "01234567-89ab-cdef-0123-456789abcdef", 1]'),
        encoded(b'["A\\u0000", "01234567-89ab-cdef-0123-456789abcdef"]'),
        encoded(b'["\xff", "01234567-89ab-cdef-0123-456789abcdef"]'),
        encoded(b"[" * 500),
        "A" * 5000,
    ],
)
@pytest.mark.parametrize("end", ["after", "before"])
def test_a_malformed_cursor_is_refused(text, end):
    with pytest.raises(BadCursor) as refusal:
        window(Page(first=1, **{end: text}), Key)

    assert (refusal.value.code, refusal.value.field) == ("CURSOR", f"page.{end}")


@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "1e99", '"1"'])
def test_a_cursor_number_must_fit_the_column(number):
    entry = Annotated[int, Meta(ge=0, le=2**63 - 1)]

    with pytest.raises(BadCursor):
        window(Page(first=1, after=encoded(f"[{number}]".encode())), tuple[entry])

"""One list out of four."""

from __future__ import annotations

import base64
import random
from datetime import timedelta

import pytest
from hedgerow.contracts.evidence import EvidenceEntry, EvidencePart
from hedgerow_gateway.evidence import cursor_of, merged, place_at, place_of
from worlds import NOON

OWNERS = ("orders", "inventory", "routing", "rma")


def entry(owner: str, seq: int, *, seconds: int = 0, stream: str = "s") -> EvidenceEntry:
    return EvidenceEntry(
        owner=owner, stream=stream, seq=seq, plant_id=None, at=NOON + timedelta(seconds=seconds),
        actor="wang", action="change", changes=(), basis=None, presence=None, cause="", ip="",
        device="", request_id="", trace_id="", hash="",
    )  # fmt: skip


def newest_first(entries: list[EvidenceEntry]) -> list[EvidenceEntry]:
    return sorted(entries, key=lambda e: (e.at, e.owner, e.stream, e.seq), reverse=True)


def answered(
    entries: list[EvidenceEntry], size: int, *, after=None, before=None, backward=False
) -> EvidencePart:
    """As a service answers a window."""

    def key(place) -> tuple:
        return (place.at, place.owner, place.stream, place.seq)

    within = [
        each
        for each in newest_first(entries)
        if (after is None or key(place_of(each)) < key(after))
        and (before is None or key(place_of(each)) > key(before))
    ]
    part = within[-size:] if backward else within[:size]
    return EvidencePart(entries=tuple(part), more=len(within) > size, total=None)


def test_the_newest_come_first_and_equal_times_go_by_owner_stream_and_number():
    parts = [
        EvidencePart(entries=(entry("orders", 2), entry("orders", 1)), more=False, total=None),
        EvidencePart(
            entries=(entry("rma", 1, seconds=5), entry("rma", 9, stream="a")),
            more=False,
            total=None,
        ),
        EvidencePart(entries=(entry("inventory", 7, stream="z"),), more=False, total=None),
    ]

    found, more = merged(parts, 10, backward=False)

    assert [(e.owner, e.stream, e.seq) for e in found] == [
        ("rma", "s", 1), ("rma", "a", 9), ("orders", "s", 2), ("orders", "s", 1),
        ("inventory", "z", 7),
    ]  # fmt: skip
    assert more is False


def test_a_page_is_cut_and_says_that_more_follows():
    part = EvidencePart(entries=(entry("orders", 2), entry("orders", 1)), more=False, total=None)
    other = EvidencePart(entries=(entry("rma", 1),), more=False, total=None)

    assert merged([part, other], 2, backward=False) == (
        [entry("rma", 1), entry("orders", 2)],
        True,
    )
    assert merged([part, other], 2, backward=True) == (
        [entry("orders", 2), entry("orders", 1)],
        True,
    )
    more = EvidencePart(entries=(entry("rma", 1),), more=True, total=None)
    assert merged([more], 1, backward=False)[1] is True


@pytest.mark.parametrize("seed", range(20))
def test_walking_page_by_page_either_way_meets_every_entry_once_in_order(seed):
    chance = random.Random(seed)
    kept = {
        owner: [
            entry(owner, number, seconds=chance.randrange(5), stream=chance.choice("ab"))
            for number in range(chance.randrange(15))
        ]
        for owner in OWNERS
    }
    everything = newest_first([each for entries in kept.values() for each in entries])
    size = chance.randrange(1, 7)

    for backward in (False, True):
        walked: list[EvidenceEntry] = []
        cursor, more = None, True
        while more:
            place = place_at(cursor) if cursor else None
            window = {"before": place} if backward else {"after": place}
            parts = [answered(kept[owner], size, backward=backward, **window) for owner in OWNERS]
            found, more = merged(parts, size, backward=backward)
            walked = found + walked if backward else walked + found
            if found:
                cursor = cursor_of(found[0] if backward else found[-1])
        assert walked == everything


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", base64.urlsafe_b64encode(b"[]").decode(),
     base64.urlsafe_b64encode(b'{"at":"2026-03-29T12:00:00","owner":"o","stream":"s","seq":1}')
     .decode()],
)  # fmt: skip
def test_what_is_no_cursor_is_noticed(cursor):
    with pytest.raises(ValueError):
        place_at(cursor)


def test_a_cursor_is_the_place_of_its_entry():
    one = entry("orders", 4, stream="order:ü")

    assert place_at(cursor_of(one)) == place_of(one)

"""What is known of a fence after each publication; a calendar of hours is the oracle."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from hedgerow_routing.domain.validity import BadPeriod, Period, Span, checked_span, revise
from worlds import NOON


def at(hours: int | None):
    return None if hours is None else NOON + timedelta(hours=hours)


def span(start: int, end: int | None = None) -> Span:
    return Span(at(start), at(end))


@pytest.mark.parametrize(
    ("whole", "said", "left"),
    [
        (span(0), span(5), [span(0, 5)]),
        (span(0), span(0), []),
        (span(5), span(0), []),
        (span(0), span(3, 5), [span(0, 3), span(5)]),
        (span(0, 9), span(3, 5), [span(0, 3), span(5, 9)]),
        (span(3, 5), span(0, 9), []),
        (span(0, 5), span(3, 9), [span(0, 3)]),
        (span(3, 9), span(0, 5), [span(5, 9)]),
        (span(3), span(0, 5), [span(5)]),
        (span(0, 5), span(0, 3), [span(3, 5)]),
        (span(0, 5), span(3, 5), [span(0, 3)]),
    ],
)
def test_what_is_left_of_a_span_lies_before_and_after_what_was_said(whole, said, left):
    assert list(whole.without(said)) == left


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (span(0, 5), span(5), False),
        (span(0, 5), span(4), True),
        (span(0), span(100), True),
        (span(5, 9), span(0, 5), False),
        (span(5, 9), span(0, 6), True),
    ],
)
def test_spans_that_touch_do_not_overlap(one, other, meet):
    assert (one.overlaps(other), other.overlaps(one)) == (meet, meet)


@pytest.mark.parametrize("end", [0, -1])
def test_a_span_ends_after_it_begins(end: int):
    with pytest.raises(BadPeriod) as refused:
        checked_span(at(0), at(end), "fence.valid_to")

    assert (refused.value.code, refused.value.field) == ("PERIOD_INVALID", "fence.valid_to")


def test_periods_that_were_not_spoken_of_stay():
    before, after = Period(uuid4(), span(0, 3)), Period(uuid4(), span(9))

    revision = revise([before, after], span(3, 9))

    assert (revision.ended, revision.left, revision.said) == ((), (), span(3, 9))


@pytest.mark.parametrize("seed", range(20))
def test_after_any_publications_each_hour_has_the_version_that_spoke_of_it_last(seed: int):
    rng = random.Random(seed)
    known: dict = {}  # period -> (span, version)
    calendar: dict[int, int] = {}
    for version in range(1, 40):
        start = rng.randrange(48)
        end = rng.choice([None, start + rng.randrange(1, 24)])
        revision = revise(
            [Period(each, when) for each, (when, _) in known.items()], span(start, end)
        )
        was = {each: known.pop(each)[1] for each in revision.ended}
        known |= {uuid4(): (left.span, was[left.period_id]) for left in revision.left}
        known[uuid4()] = (revision.said, version)
        calendar |= dict.fromkeys(range(start, 72 if end is None else end), version)

        for hour in range(72):
            instant = Span(at(hour), at(hour) + timedelta(seconds=1))
            holds = [of for when, of in known.values() if when.overlaps(instant)]
            assert holds == ([calendar[hour]] if hour in calendar else []), (version, hour)
        assert len(revision.left) <= 2

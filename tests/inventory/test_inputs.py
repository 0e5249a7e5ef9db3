from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hedgerow_inventory.domain.inputs import (
    BadCount,
    BadQuantity,
    BadText,
    BadTime,
    counted,
    instant,
    named,
    not_negative,
    not_zero,
    positive,
    tidy,
)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " BOLT",
        "BOLT\u3000",
        "BO\0LT",
        "BO\ud800LT",
        "BO\nLT",
        "BO\u2028LT",
        "BO\u202eLT",
        "B" * 65,
    ],
)
def test_text_that_cannot_be_stored_or_read_is_refused(value):
    with pytest.raises(BadText) as refusal:
        named(value, "lines.3.sku", most=64)

    assert refusal.value.field == "lines.3.sku"


@pytest.mark.parametrize("value", ["B", "B" * 64, "螺栓 M8\u3000镀锌", "👩\u200d🔧"])
def test_ordinary_text_passes_unchanged(value):
    assert named(value, "sku", most=64) == value


@pytest.mark.parametrize(
    "value",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1E+12", "1000000000000", "0.0000001", "1E-999999"]
    + ["999999999999.9999999999999999999999999999999", "-1000000000000"],
)
def test_numbers_that_cannot_be_counted_are_refused(value):
    for check in (positive, not_negative, not_zero):
        with pytest.raises(BadQuantity) as refusal:
            check(Decimal(value), "lines.0.quantity")
        assert refusal.value.field == "lines.0.quantity"


@pytest.mark.parametrize(
    ("check", "value"),
    [(positive, "0"), (positive, "-1"), (not_negative, "-0.000001"), (not_zero, "0.00")],
)
def test_each_check_has_its_range(check, value):
    with pytest.raises(BadQuantity):
        check(Decimal(value), "quantity")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1", "1"), ("0.000001", "0.000001"), ("1E+2", "100"), ("2.50", "2.5"), ("1.0000000", "1")]
    + [("999999999999.999999", "999999999999.999999")],
)
def test_a_quantity_is_kept_exactly_and_written_plainly(given, kept):
    assert str(positive(Decimal(given), "quantity")) == kept


def test_zero_is_written_as_zero():
    assert str(tidy(Decimal("0.00"))) == "0"
    assert str(not_negative(Decimal("-0.0"), "level")) == "0"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 29),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
    ],
)
def test_a_time_needs_an_offset_and_a_sensible_year(value):
    with pytest.raises(BadTime) as refusal:
        instant(value, "due_at")

    assert refusal.value.field == "due_at"


def test_a_time_is_kept_in_utc():
    shanghai = timezone(timedelta(hours=8))

    kept = instant(datetime(2026, 4, 1, 7, tzinfo=shanghai), "due_at")

    assert kept.isoformat() == "2026-03-31T23:00:00+00:00"


@pytest.mark.parametrize("count", [0, 201])
def test_one_to_two_hundred_entries_are_taken(count):
    with pytest.raises(BadCount):
        counted(range(count), "lines")

    counted(range(1), "lines")
    counted(range(200), "lines")

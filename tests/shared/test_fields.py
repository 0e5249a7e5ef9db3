from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hedgerow.contracts.fields import (
    BadCode,
    BadCount,
    BadPrice,
    BadQuantity,
    BadText,
    BadTime,
    GivenTwice,
    code,
    counted,
    each_once,
    instant,
    not_negative,
    not_zero,
    one_line,
    positive,
    price,
    text,
    tidy,
)
from hedgerow.contracts.values import Money


@pytest.mark.parametrize(
    "value", ["B", "B" * 64, "螺栓 M8\u3000镀锌", "👩\u200d🔧", "Plant 1, north"]
)
def test_ordinary_text_passes_unchanged(value):
    assert one_line(value, "sku", most=64) == value
    assert text(value, "sku", most=64) == value


def test_blanks_at_the_ends_are_taken_off_before_counting():
    assert one_line(" \u3000BOLT\n", "sku", most=4) == "BOLT"
    assert text("\n because \r\n", "reason", most=7) == "because"


@pytest.mark.parametrize("check", [one_line, text])
@pytest.mark.parametrize(
    "value",
    ["BO\0LT", "BO\ud800LT", "\udfff", "BO\x1bLT", "BO\x7fLT", "BO\x85LT", "BO\u202eLT", "\u2066."],
)
def test_characters_that_cannot_be_stored_or_read_are_refused_and_named(check, value):
    with pytest.raises(BadText) as refused:
        check(value, "lines.3.sku", most=64)

    assert (refused.value.code, refused.value.field) == ("TEXT_INVALID", "lines.3.sku")
    assert "U+" in refused.value.en
    assert "U+" in refused.value.zh


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\r\nb", "a\u2028b", "a\u2029b"])
def test_a_line_ends_where_a_text_goes_on(value):
    assert text(value, "note", most=10) == value
    with pytest.raises(BadText):
        one_line(value, "name", most=10)


@pytest.mark.parametrize("check", [one_line, text])
@pytest.mark.parametrize("value", ["", " ", "\u3000\n"])
def test_only_what_may_be_blank_is(check, value):
    assert check(value, "city", most=10, blank=True) == ""
    with pytest.raises(BadText) as refused:
        check(value, "region", most=10)

    assert refused.value.field == "region"


@pytest.mark.parametrize("check", [one_line, text])
def test_the_longest_text_is_taken_and_a_longer_one_is_not(check):
    assert check("长" * 100, "name", most=100) == "长" * 100
    with pytest.raises(BadText, match="100 characters"):
        check("长" * 101, "name", most=100)


@pytest.mark.parametrize("value", ["A", "tmall_flagship", "-", "X" * 40])
def test_a_code_is_letters_digits_dashes_and_underscores(value):
    assert code(value, "channel") == value


@pytest.mark.parametrize("value", ["", "A B", "宁波", "A\n", "X" * 41, "\ud800", "a\0"])
@pytest.mark.parametrize("capitals", [True, False])
def test_what_is_no_code_is_refused(value, capitals):
    with pytest.raises(BadCode) as refused:
        code(value, "code", capitals=capitals)

    assert (refused.value.code, refused.value.field) == ("CODE_INVALID", "code")


@pytest.mark.parametrize("value", ["A", "NINGBO", "HZ-01", "7", "X" * 40])
def test_a_code_in_capitals_may_be_asked_for(value):
    assert code(value, "code", capitals=True) == value


@pytest.mark.parametrize("value", ["a", "-A", "A_B"])
def test_a_code_in_capitals_holds_nothing_else(value):
    with pytest.raises(BadCode):
        code(value, "code", capitals=True)


@pytest.mark.parametrize(
    "value",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1E+12", "1000000000000", "0.0000001", "1E-999999"]
    + ["999999999999.9999999999999999999999999999999999", "-1000000000000"],
)
def test_numbers_that_cannot_be_counted_are_refused(value):
    for check in (positive, not_negative, not_zero):
        with pytest.raises(BadQuantity) as refused:
            check(Decimal(value), "lines.0.quantity")
        assert (refused.value.code, refused.value.field) == ("QUANTITY_INVALID", "lines.0.quantity")
    with pytest.raises(BadPrice) as refused:
        price(Money(Decimal(value), "CNY"), "unit_price")
    assert (refused.value.code, refused.value.field) == ("PRICE_INVALID", "unit_price.amount")


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
    ("given", "kept"), [("12.50", "12.50"), ("1.2E+3", "1200"), ("-0", "0"), ("0.000001",) * 2]
)
def test_a_price_keeps_its_places_and_is_written_plainly(given, kept):
    assert str(price(Money(Decimal(given), "CNY"), "unit_price").amount) == kept


@pytest.mark.parametrize("currency", ["", "cny", "EUROS", "RM¥", "CNY\n"])
def test_a_currency_is_three_capitals(currency):
    with pytest.raises(BadPrice) as refused:
        price(Money(Decimal(1), currency), "unit_price")

    assert refused.value.field == "unit_price.currency"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 29),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_time_needs_an_offset_and_a_sensible_year(value):
    with pytest.raises(BadTime) as refused:
        instant(value, "due_at")

    assert (refused.value.code, refused.value.field) == ("TIME_INVALID", "due_at")


def test_a_time_is_kept_in_utc():
    shanghai = timezone(timedelta(hours=8))

    kept = instant(datetime(2026, 4, 1, 7, tzinfo=shanghai), "due_at")

    assert kept.isoformat() == "2026-03-31T23:00:00+00:00"


@pytest.mark.parametrize("count", [0, 201])
def test_a_list_has_a_least_and_a_greatest_length(count):
    with pytest.raises(BadCount) as refused:
        counted(range(count), "lines", most=200)

    assert (refused.value.code, refused.value.field) == ("COUNT_INVALID", "lines")
    assert "1 to 200" in refused.value.en
    counted(range(1), "lines", most=200)
    counted(range(200), "lines", most=200)
    counted((), "ids", least=0, most=1000)


def test_the_second_of_two_equal_values_is_named():
    each_once(["A", "B"], "regions")
    with pytest.raises(GivenTwice) as refused:
        each_once(["A", "B", "A"], "regions")
    with pytest.raises(GivenTwice) as nested:
        each_once(iter(["A", "A"]), "skus", of="sku")

    assert (refused.value.code, refused.value.field) == ("GIVEN_TWICE", "regions.2")
    assert nested.value.field == "skus.1.sku"
